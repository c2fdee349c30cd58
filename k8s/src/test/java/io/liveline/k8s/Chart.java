package io.liveline.k8s;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Helm chart, as helm renders it. */
final class Chart {

    static final Path FOLDER = Path.of("chart").toAbsolutePath();

    /** Name that kustomize gives a ConfigMap that it generates: with a hash of its content. */
    private static final Pattern GENERATED = Pattern.compile("(liveline|redis)-[a-z0-9]{10}");

    /** Version that helm assumes; without it, one that depends on how helm was built. */
    private static final String KUBERNETES = "1.36.0";

    private static final Set<String> UNORDERED = Set.of("volumes", "volumeMounts", "topologySpreadConstraints");
    private static final boolean IS_INSTALLED = isInstalled();

    private Chart() {}

    /** Renders the chart with more arguments for helm. */
    static List<Thing> render(String namespace, String... arguments) {
        return Kustomization.parse(helm(namespace, "template", arguments));
    }

    /** Runs a command of helm on the chart, and returns what it prints; fails if the command does. */
    static String helm(String namespace, String verb, String... arguments) {
        assumeTrue(IS_INSTALLED, "helm is not installed: the chart is not rendered here");
        List<String> command = new ArrayList<>(
                List.of("helm", verb, FOLDER.toString(), "-n", namespace, "--kube-version", KUBERNETES));
        command.addAll(List.of(arguments));
        return Kustomization.output(command);
    }

    /**
     * Returns the objects by kind and name, without what may differ: the Namespace, which helm creates, how a change of
     * a ConfigMap leads to a roll-out, and the order of lists whose elements have names.
     */
    static Map<String, Object> essence(List<Thing> all) {
        Map<String, Object> objects = new TreeMap<>();
        for (Thing thing : all) {
            if (!"Namespace".equals(thing.kind())) {
                Thing same = new Thing(essence(thing.value()));
                objects.put(same.toString(), same.value());
            }
        }
        return objects;
    }

    private static Object essence(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> fields = new TreeMap<>();
            map.forEach((key, one) -> {
                Object same = essence(one);
                if (UNORDERED.contains(key.toString())) {
                    same = ((List<?>) same)
                            .stream()
                                    .sorted(Comparator.comparing(Object::toString))
                                    .toList();
                }
                fields.put(key.toString(), same);
            });
            fields.remove("checksum/config");
            fields.values().removeIf(one -> one instanceof Map<?, ?> empty && empty.isEmpty());
            return fields;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Chart::essence).toList();
        }
        return value instanceof String text && GENERATED.matcher(text).matches()
                ? text.substring(0, text.lastIndexOf('-'))
                : value;
    }

    private static boolean isInstalled() {
        try {
            return new ProcessBuilder("helm", "version").start().waitFor() == 0;
        } catch (IOException notInstalled) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
