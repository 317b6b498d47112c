package resnet4j.shrink;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import resnet4j.config.Checks;
import resnet4j.data.DataSource;
import resnet4j.data.Label;
import resnet4j.train.Machine;
import resnet4j.train.Objective;
import resnet4j.train.Recipe;
import resnet4j.train.Task;

/**
 * The class of each picture, and what a teacher, another network, makes of it. The loss is that of {@code classify} by 1 -
 * share, and by share that of the teacher's answers.
 *
 * @param teacher     a saved model, a run folder, or a name of the registry, whose pictures are normalised as the student's
 * @param weights     of a name
 * @param temperature that both networks' logits are divided by. Hinton et al. 2015, arXiv:1503.02531
 * @param share       of the teacher's answers in the loss
 * @param attention   factor of the distance between maps of where both networks look. Zagoruyko 2017, arXiv:1612.03928
 * @param hints       factor of the distance between the teacher's maps and what a convolution makes of the student's, which
 *                    is thrown away in the end. Romero et al. 2015, arXiv:1412.6550
 * @param layers      whose maps these are, by path, or {@code student=teacher} where the paths differ; empty for all that
 *                    have the same name in both and are parts of the networks themselves
 */
public record Distill(
        String teacher,
        Optional<String> weights,
        double temperature,
        double share,
        double attention,
        double hints,
        List<String> layers)
        implements Objective {
    /** The teacher's answers alone, softened: what is left to say is the teacher. */
    public Distill() {
        this("", Optional.empty(), 4, 0.9, 0, 0, List.of());
    }

    public Distill {
        layers = List.copyOf(layers);
        Checks.aboveZero("temperature", temperature);
        Checks.chance("share", share);
        if (!(attention >= 0)) throw new IllegalArgumentException("attention: expected 0 or more, got " + attention);
        if (!(hints >= 0)) throw new IllegalArgumentException("hints: expected 0 or more, got " + hints);
    }

    /** {@code {"learn": {"type": "distill", "teacher": FILE}}}. */
    public static final class Added implements Objective.Addition {
        @Override
        public void register() {
            Objective.register(Distill.class);
        }
    }

    boolean looksInside() {
        return attention > 0 || hints > 0;
    }

    @Override
    public Class<Label> target() {
        return Label.class;
    }

    @Override
    public String headline() {
        return "top1";
    }

    @Override
    public Task<Label> task(Recipe recipe, DataSource<?> data, Machine machine) throws IOException {
        return new Distilling(this, recipe, data.of(Label.class), machine);
    }
}
