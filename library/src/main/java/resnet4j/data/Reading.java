package resnet4j.data;

import resnet4j.image.Preprocess;
import resnet4j.image.Target;

/** How pictures are read ahead of a network that takes them in batches of one size. */
public interface Reading {
    /** Every picture once and in order, resized and cropped by so many threads. */
    static Reading ahead(int threads) {
        return new Reading() {
            @Override
            public <T extends Target<T>> Loader<T> loader(Dataset<T> pictures, Preprocess preprocess, int batch) {
                return Loader.inOrder(pictures, batch)
                        .withPreprocess(preprocess)
                        .withThreads(threads, 2 * Math.max(1, threads));
            }
        };
    }

    <T extends Target<T>> Loader<T> loader(Dataset<T> pictures, Preprocess preprocess, int batch);
}
