package resnet4j.data;

import java.io.IOException;
import resnet4j.image.Picture;
import resnet4j.image.Target;

/** The pictures of another dataset, one for one, with something else known of them. */
interface Derived<T extends Target<T>> extends Dataset<T> {
    Dataset<?> of();

    @Override
    default int size() {
        return of().size();
    }

    @Override
    default Picture picture(int index) {
        return of().picture(index);
    }

    @Override
    default double aspect(int index) throws IOException {
        return of().aspect(index);
    }

    @Override
    default String name(int index) {
        return of().name(index);
    }

    @Override
    default String group(int index) {
        return of().group(index);
    }
}
