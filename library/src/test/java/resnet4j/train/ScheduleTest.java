package resnet4j.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import resnet4j.config.Records;

class ScheduleTest {
    /** A run of twelve updates: {@code progress} is 0, 1/12, ... 11/12. */
    private static double[] twelve(Schedule schedule) {
        return IntStream.range(0, 12).mapToDouble(k -> schedule.at(k / 12.0)).toArray();
    }

    // torch 2.10, with optimizer = SGD(lr=1.0), L = torch.optim.lr_scheduler and the rate read before each step:
    //   warm = L.LinearLR(optimizer, start_factor=1e-12, total_iters=3)
    static Stream<Arguments> torch() {
        return Stream.of(
                // L.ConstantLR(factor=1), and after warm in a SequentialLR
                Arguments.of(new Schedule.Constant(), new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
                Arguments.of(
                        new Schedule.Constant(0.25),
                        new double[] {0, 0.333333333, 0.666666667, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
                // L.StepLR(step_size=4, gamma=0.1)
                Arguments.of(
                        new Schedule.Step(), new double[] {1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01}),
                // L.MultiStepLR(milestones=[6, 9], gamma=0.1), and chained with warm
                Arguments.of(
                        new Schedule.MultiStep(), new double[] {1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01}),
                Arguments.of(
                        new Schedule.MultiStep(List.of(0.5, 0.75), 0.1, 0.25),
                        new double[] {0, 0.333333333, 0.666666667, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01}),
                // L.CosineAnnealingLR(T_max=12), with eta_min=0.1, and with T_max=9 after warm
                Arguments.of(new Schedule.Cosine(), new double[] {
                    1,
                    0.982962913,
                    0.933012702,
                    0.853553391,
                    0.75,
                    0.629409523,
                    0.5,
                    0.370590477,
                    0.25,
                    0.146446609,
                    0.0669872981,
                    0.0170370869
                }),
                Arguments.of(new Schedule.Cosine(0.1, 0), new double[] {
                    1,
                    0.984666622,
                    0.939711432,
                    0.868198052,
                    0.775,
                    0.66646857,
                    0.55,
                    0.43353143,
                    0.325,
                    0.231801948,
                    0.160288568,
                    0.115333378
                }),
                Arguments.of(new Schedule.Cosine(0, 0.25), new double[] {
                    0,
                    0.333333333,
                    0.666666667,
                    1,
                    0.96984631,
                    0.883022222,
                    0.75,
                    0.586824089,
                    0.413175911,
                    0.25,
                    0.116977778,
                    0.0301536896
                }),
                // L.PolynomialLR(total_iters=12, power=0.9), and with total_iters=9, power=2 after warm
                Arguments.of(new Schedule.Polynomial(), new double[] {
                    1,
                    0.924677511,
                    0.848666147,
                    0.771889507,
                    0.694253163,
                    0.615637569,
                    0.535886731,
                    0.454788927,
                    0.372041058,
                    0.287174589,
                    0.199371866,
                    0.106840738
                }),
                Arguments.of(new Schedule.Polynomial(2, 0.25), new double[] {
                    0,
                    0.333333333,
                    0.666666667,
                    1,
                    0.790123457,
                    0.604938272,
                    0.444444444,
                    0.308641975,
                    0.197530864,
                    0.111111111,
                    0.049382716,
                    0.012345679
                }),
                // L.LinearLR(start_factor=1, end_factor=0, total_iters=9) after warm
                Arguments.of(new Schedule.OneCycle(0.25), new double[] {
                    0,
                    0.333333333,
                    0.666666667,
                    1,
                    0.888888889,
                    0.777777778,
                    0.666666667,
                    0.555555556,
                    0.444444444,
                    0.333333333,
                    0.222222222,
                    0.111111111
                }));
    }

    @ParameterizedTest
    @MethodSource("torch")
    void rates_areTorchs(Schedule schedule, double[] expected) {
        assertArrayEquals(expected, twelve(schedule), 1e-8, schedule::toString); // torch's were printed with 9 digits
    }

    /** Shares such as 1/3 are not exact, and k / n rounds: the rate must still fall at the update that is meant. */
    @Test
    void milestones_areMetAtTheirUpdateForEveryLengthOfRun() {
        for (int n = 3; n < 3000; n += 3) {
            var thirds = new Schedule.Step();
            var multi = new Schedule.MultiStep(List.of(1.0 / 3, 2.0 / 3), 0.1, 0);
            for (Function<Double, Double> rate : List.<Function<Double, Double>>of(thirds::at, multi::at)) {
                assertEquals(1, rate.apply((n / 3 - 1) / (double) n), "before the first of " + n);
                assertEquals(0.1, rate.apply(n / 3 / (double) n), 1e-12, "at the first of " + n);
                assertEquals(0.1, rate.apply((2 * n / 3 - 1) / (double) n), 1e-12, "before the second of " + n);
                assertEquals(0.01, rate.apply(2 * n / 3 / (double) n), 1e-12, "at the second of " + n);
            }
        }
    }

    @Test
    void impossibleSchedules_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Constant(1));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Step(0, 0.1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.MultiStep(List.of(1.0), 0.1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Cosine(-0.1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule.Cosine(Double.NaN, 0));
        var e = assertThrows(
                IllegalArgumentException.class,
                () -> Records.overlay(new Recipe(), Records.parse("{\"schedule\":{\"type\":\"cosin\"}}")));
        assertEquals(
                "schedule: unknown type 'cosin'. Did you mean 'cosine'? Known: constant, step, multiStep, cosine,"
                        + " oneCycle, polynomial.",
                e.getMessage());
    }
}
