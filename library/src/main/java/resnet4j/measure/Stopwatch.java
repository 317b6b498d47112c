package resnet4j.measure;

import java.util.ArrayList;
import java.util.List;
import resnet4j.eval.Timing;
import resnet4j.run.Line;
import resnet4j.train.Trainer;

/** Hears a run's steps: some to warm up, some to time, some to sample; then the run is to stop. */
final class Stopwatch implements Trainer.Log, AutoCloseable {
    private static final int LEAST_STEPS = 3;

    private enum Phase {
        WARM_UP,
        TIMED,
        SAMPLED,
        DONE
    }

    private final double seconds;
    private final List<Long> nanos = new ArrayList<>();
    private Phase phase = Phase.WARM_UP;
    private long stepsOfPhase, phaseBegun = System.nanoTime(), stepBegun;
    private NativeShare share; // while sampling
    private long peakRssBytes;
    private double outside;

    Stopwatch(double seconds) {
        this.seconds = seconds;
    }

    @Override
    public void step(Line.Step step) {
        long now = System.nanoTime();
        if (phase == Phase.TIMED) nanos.add(now - stepBegun);
        double spent = (now - phaseBegun) / 1e9;
        boolean over = ++stepsOfPhase >= LEAST_STEPS
                && switch (phase) {
                    case WARM_UP -> spent >= Timing.warmUp(seconds);
                    case TIMED -> spent >= seconds;
                    case SAMPLED, DONE -> spent >= seconds / 2;
                };
        if (over) nextPhase();
        stepBegun = System.nanoTime();
    }

    private void nextPhase() {
        if (phase == Phase.TIMED) {
            peakRssBytes = Timing.peakRssBytes(); // before the run saves itself
            share = new NativeShare();
        } else if (phase == Phase.SAMPLED) {
            outside = share.outside();
        }
        phase = Phase.values()[phase.ordinal() + 1];
        stepsOfPhase = 0;
        phaseBegun = System.nanoTime();
    }

    boolean done() {
        return phase == Phase.DONE;
    }

    /** The most memory that the process has had when the timed steps were over. */
    long peakRssBytes() {
        return peakRssBytes;
    }

    /** The share of the sampled steps that was not spent in libtorch. */
    double outside() {
        return outside;
    }

    Timing timing() {
        return new Timing(nanos.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public void close() {
        if (share != null) share.close();
    }
}
