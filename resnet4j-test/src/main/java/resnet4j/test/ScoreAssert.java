package resnet4j.test;

import java.util.Optional;
import resnet4j.config.Nearest;
import resnet4j.eval.Score;

/** What has to be true of a score of any task: of masks, things, labels, numbers. */
public final class ScoreAssert {
    private final Score score;

    ScoreAssert(Score score) {
        this.score = score;
    }

    /** One of its numbers, such as {@code miou}. @throws IllegalArgumentException if it has none of this name */
    public Measurement<ScoreAssert> number(String name) {
        var numbers = score.numbers();
        if (!numbers.containsKey(name))
            throw new IllegalArgumentException("number: expected one of " + String.join(", ", numbers.keySet())
                    + ", got '" + name + "'." + Nearest.hint(name, numbers.keySet()));
        return Measurement.of(
                this,
                name,
                numbers.get(name),
                Optional.ofNullable(score.intervals().get(name)));
    }

    /** That every picture could be read. */
    public ScoreAssert readEveryPicture() {
        if (!score.skipped().isEmpty())
            throw new AssertionError("pictures: expected that all can be read, and "
                    + score.skipped().size() + " cannot, such as "
                    + score.skipped().get(0).file() + ": "
                    + score.skipped().get(0).reason());
        return this;
    }
}
