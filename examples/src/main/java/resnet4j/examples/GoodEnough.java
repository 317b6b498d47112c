package resnet4j.examples;

import static resnet4j.test.Assertions.assertThat;

import java.nio.file.Path;

/**
 * What a test of your build says of a model before it is shipped: {@code GoodEnough MODEL KIND:PATH ACCURACY CLASS
 * RECALL}. It fails with what was measured.
 */
public final class GoodEnough {
    private GoodEnough() {}

    public static void main(String... args) throws Exception {
        assertThat(Path.of(args[0]), args[1])
                .readEveryPicture()
                .accuracy()
                .atLeast(Double.parseDouble(args[2]))
                .forClass(args[3])
                .recall()
                .atLeast(Double.parseDouble(args[4]));
        System.out.println("good enough");
    }
}
