/**
 * Where a browser finds torchvision's ImageNet-1k weights as safetensors, with torchvision's own tensor
 * names. Who deploys the site may name another place and pin the file's SHA-256 when building it.
 */
const url =
  (import.meta.env.PUBLIC_IMAGENET1K_URL as string | undefined) ||
  'https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors';

export const imageNetSource = {
  url,
  host: new URL(url).host,
  sha256: (import.meta.env.PUBLIC_IMAGENET1K_SHA256 as string | undefined) || undefined,
  /** Length of the file, as far as that is known before it is asked for. */
  bytes: 46_800_000,
} as const;
