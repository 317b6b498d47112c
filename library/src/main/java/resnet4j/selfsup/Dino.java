package resnet4j.selfsup;

import static resnet4j.tensor.Losses.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import resnet4j.array.DType;
import resnet4j.config.Checks;
import resnet4j.tensor.Ops;
import resnet4j.tensor.Tensor;

/** A student gives the distribution of a teacher, which is centred and sharpened. arXiv:2104.14294. @param crops more, smaller views */
public record Dino(int hidden, int width, double momentum, double student, double teacher, double centre, int crops)
        implements Method {
    public Dino() {
        this(512, 1024, 0.99, 0.1, 0.04, 0.9, 0);
    }

    public Dino {
        Checks.atLeast("hidden", 1, hidden);
        Checks.atLeast("width", 2, width);
        Checks.insideUnit("momentum", momentum);
        Checks.aboveZero("student", student);
        Checks.aboveZero("teacher", teacher);
        Checks.insideUnit("centre", centre);
        Checks.between("crops", 0, 100, crops);
    }

    @Override
    public int views() {
        return 2 + crops;
    }

    @Override
    public double momentum(double progress) {
        return new Byol(hidden, width, momentum).momentum(progress);
    }

    @Override
    public Optional<Tensor> memory() {
        return Optional.of(Tensor.zeros(1, width));
    }

    @Override
    public void remember(Memory memory, List<Tensor> targets) {
        memory.follow(targets, centre);
    }

    @Override
    public Tensor loss(Views views) {
        var terms = new ArrayList<Tensor>(); // each target with all views but its own
        for (int t = 0; t < 2; t++)
            for (int s = 0; s < views.online().size(); s++)
                if (s != t)
                    terms.add(entropy(views.targets().get(t), views.online().get(s), views));
        return scale(terms.stream().reduce(Ops::add).orElseThrow(), 1.0 / terms.size());
    }

    private Tensor entropy(Tensor target, Tensor online, Views views) {
        var centred = Ops.add(target.to(DType.F32), Ops.affine(views.memory().orElseThrow(), -1, 0));
        var p = Ops.softmax(Ops.affine(centred, 1 / teacher, 0), 1);
        var q = Ops.logSoftmax(Ops.affine(online.to(DType.F32), 1 / student, 0), 1);
        return scale(Ops.sum(Ops.mul(p, q), List.of(0, 1), false), -1.0 / target.size(0));
    }
}
