/** Every attribution method on pictures of ResNet-18 beside PyTorch's formulas. */
import { compareMethodGoldens } from '../support/compareMethodGoldens.ts';

compareMethodGoldens('resnet18-objects11');
