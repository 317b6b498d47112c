package resnet4j.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run was, beside its numbers.
 *
 * @param model      name of the network
 * @param data       what it was evaluated on, as in "CIFAR-10, test split"
 * @param parameters of the network
 * @param macs       multiply-accumulates for one picture; 0 if not counted
 * @param device     what it ran on, with the precision
 * @param seconds    the whole run took
 * @param provenance further names and values for the end of the page, in their order: versions, seed, digests
 */
public record RunSummary(
        String model,
        String data,
        long parameters,
        long macs,
        String device,
        double seconds,
        Map<String, String> provenance) {
    public RunSummary {
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
    }
}
