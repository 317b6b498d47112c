package resnet4j.bench;

import java.util.List;

/**
 * Something that is measured side by side.
 *
 * @param mode       {@code infer} or {@code train}
 * @param contenders who does it, the first of them the reference of the answers
 * @param goals      what is to be reached
 */
record Work(String model, String mode, int batch, List<Contender> contenders, List<Goal> goals) {

    /**
     * An engine in a precision.
     *
     * @param sameWeights whether it computes with our weights, so that its answers must be ours
     */
    record Contender(String engine, String precision, boolean sameWeights) {
        boolean ours() {
            return engine.equals("eager") || engine.equals("plan");
        }

        boolean python() {
            return engine.startsWith("pytorch") || engine.equals("openvino");
        }

        @Override
        public String toString() {
            return engine + " " + precision;
        }
    }

    /** One of ours is to be at least {@code atLeast} times as fast as a contender. */
    record Goal(Contender ours, Contender peer, double atLeast) {}

    private static final Contender EAGER = ours("eager", "fp32"),
            EAGER_BF16 = ours("eager", "bf16"),
            PLAN = ours("plan", "fp32"),
            PLAN_BF16 = ours("plan", "bf16"),
            ONNX_RUNTIME = new Contender("onnxruntime", "fp32", true),
            DJL = new Contender("djl", "fp32", false),
            PYTORCH = new Contender("pytorch", "fp32", true),
            PYTORCH_BF16 = new Contender("pytorch", "bf16", true),
            COMPILED = new Contender("pytorch-compiled", "fp32", true),
            COMPILED_BF16 = new Contender("pytorch-compiled", "bf16", true),
            OPENVINO = new Contender("openvino", "fp32", true),
            OPENVINO_BF16 = new Contender("openvino", "bf16", true);

    private static Contender ours(String engine, String precision) {
        return new Contender(engine, precision, true);
    }

    /** All that the targets of docs/performance.md speak of. */
    static List<Work> all() {
        return List.of(
                inference(1, new Goal(PLAN_BF16, ONNX_RUNTIME, 3.5)),
                inference(16, new Goal(PLAN_BF16, DJL, 4)),
                training("resnet18", 32, new Goal(EAGER_BF16, EAGER, 2.5)),
                training("resnet50", 32, new Goal(EAGER, DJL, 1)));
    }

    private static Work inference(int batch, Goal special) {
        return new Work(
                "resnet50",
                "infer",
                batch,
                List.of(
                        EAGER,
                        EAGER_BF16,
                        PLAN,
                        PLAN_BF16,
                        ONNX_RUNTIME,
                        DJL,
                        PYTORCH,
                        PYTORCH_BF16,
                        COMPILED,
                        COMPILED_BF16,
                        OPENVINO,
                        OPENVINO_BF16),
                List.of(
                        special,
                        new Goal(PLAN, ONNX_RUNTIME, 1.05),
                        new Goal(PLAN, OPENVINO, 1),
                        new Goal(PLAN, COMPILED, 1),
                        new Goal(PLAN_BF16, COMPILED_BF16, 1),
                        new Goal(PLAN_BF16, OPENVINO_BF16, 1)));
    }

    private static Work training(String model, int batch, Goal special) {
        return new Work(
                model,
                "train",
                batch,
                List.of(EAGER, EAGER_BF16, DJL, PYTORCH, PYTORCH_BF16),
                List.of(
                        special,
                        new Goal(EAGER_BF16, DJL, 3),
                        new Goal(EAGER, PYTORCH, 1),
                        new Goal(EAGER_BF16, PYTORCH_BF16, 1)));
    }

    /** What a few minutes suffice for. */
    static List<Work> quick() {
        return List.of(
                new Work(
                        "resnet50",
                        "infer",
                        1,
                        List.of(EAGER, PLAN, PLAN_BF16, ONNX_RUNTIME, DJL),
                        List.of(new Goal(PLAN_BF16, ONNX_RUNTIME, 3.5), new Goal(PLAN, ONNX_RUNTIME, 1.05))),
                new Work("resnet50", "infer", 16, List.of(PLAN_BF16, DJL), List.of(new Goal(PLAN_BF16, DJL, 4))),
                new Work("resnet50", "train", 16, List.of(EAGER, DJL), List.of(new Goal(EAGER, DJL, 1))),
                new Work(
                        "resnet18",
                        "train",
                        16,
                        List.of(EAGER, EAGER_BF16),
                        List.of(new Goal(EAGER_BF16, EAGER, 2.5))));
    }
}
