package resnet4j.eval;

import java.util.Arrays;

/**
 * A number that was measured several times, as on the folds of a cross-validation or from several seeds.
 *
 * @param deviation standard deviation, by one less than there are; 0 for one
 */
public record Spread(double mean, double deviation) {
    public static Spread of(double... values) {
        double mean = Arrays.stream(values).average().orElse(0), square = 0;
        for (double v : values) square += (v - mean) * (v - mean);
        return new Spread(mean, values.length < 2 ? 0 : Math.sqrt(square / (values.length - 1)));
    }
}
