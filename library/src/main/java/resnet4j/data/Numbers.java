package resnet4j.data;

import java.util.List;
import resnet4j.image.Step;
import resnet4j.image.Target;

/** What is measured of a picture: the values of a regression. */
public record Numbers(List<Double> values) implements Target<Numbers> {
    public Numbers {
        values = List.copyOf(values);
    }

    @Override
    public Numbers after(List<Step> steps) {
        return this;
    }
}
