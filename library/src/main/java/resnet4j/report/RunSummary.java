package resnet4j.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
 * @param notes      what to know before one believes the numbers, a sentence each
 * @param provenance further names and values for the end of the page, in their order: versions, seed, digests
 */
public record RunSummary(
        String model,
        String data,
        long parameters,
        long macs,
        String device,
        double seconds,
        List<String> notes,
        Map<String, String> provenance) {
    public RunSummary {
        notes = List.copyOf(notes);
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
    }
}
