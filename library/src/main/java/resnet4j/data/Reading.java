package resnet4j.data;

import resnet4j.image.Preprocess;
import resnet4j.image.Target;

/** How pictures are read ahead of a network that takes them in batches of one size. */
public interface Reading {
    <T extends Target<T>> Loader<T> loader(Dataset<T> pictures, Preprocess preprocess, int batch);
}
