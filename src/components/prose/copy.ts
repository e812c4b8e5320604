const CONFIRMATION_MS = 1600;

/** Makes every `[data-copy]` button below `root` copy the code that it stands beside. */
export function offerCopying(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    button.addEventListener('click', () => void copyBeside(button));
  }
}

async function copyBeside(button: HTMLButtonElement): Promise<void> {
  const code = button.parentElement?.querySelector('pre')?.textContent ?? '';
  button.textContent = await copied(code);
  setTimeout(() => (button.textContent = 'Copy'), CONFIRMATION_MS);
}

async function copied(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied';
  } catch {
    return 'Not allowed';
  }
}
