/**
 * Whether an installation is in order: {@link resnet4j.verify.Diagnosis} is what the machine has and what is wrong with
 * it, {@link resnet4j.verify.Verification} computes what PyTorch, torchvision and Pillow have computed, case by case.
 * Stands on the root and all below it.
 */
package resnet4j.verify;
