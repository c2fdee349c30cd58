package io.liveline.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Manifests as kustomize renders them. */
final class Kustomization {

    private static final Path FOLDER = Path.of("").toAbsolutePath();
    private static final Map<String, List<Thing>> RENDERED = new ConcurrentHashMap<>();
    private static final List<String> COMMAND = command();
    private static final List<String> OF_PRODUCTION = List.of("jwt", "gateway");
    private static final String NOT_INSTALLED =
            "Neither kubectl nor kustomize is installed: the manifests are not rendered here";

    /** Components to apply for each component, including itself. */
    static final Map<String, List<String>> COMPONENTS = Map.ofEntries(
            Map.entry("custom-metrics", List.of("custom-metrics")),
            Map.entry("external-redis", List.of("external-redis")),
            Map.entry("gateway", List.of("gateway")),
            Map.entry("guests", List.of("guests")),
            Map.entry("ingress", List.of("ingress")),
            Map.entry("jwt", List.of("jwt")),
            Map.entry("jwt-ca", List.of("jwt-ca")),
            Map.entry("keda", List.of("keda")),
            Map.entry("monitoring", List.of("monitoring")),
            Map.entry("native", List.of("native")),
            Map.entry("redis-cluster", List.of("external-redis", "redis-cluster")),
            Map.entry("redis-sentinel", List.of("external-redis", "redis-sentinel")),
            Map.entry("redis-tls", List.of("external-redis", "redis-tls")));

    private Kustomization() {}

    /** Renders the base, an overlay, or the production overlay with one more component, by name. */
    static List<Thing> render(String name) {
        assumeTrue(COMMAND != null, NOT_INSTALLED);
        return RENDERED.computeIfAbsent(name, Kustomization::renderOnce);
    }

    /** Renders a copy of the production overlay as the README describes it: in a namespace, with other components. */
    static List<Thing> renderCopy(String namespace, List<String> components) {
        assumeTrue(COMMAND != null, NOT_INSTALLED);
        Path folder = FOLDER.resolve("target").resolve(namespace + "-" + String.join("-", components));
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(FOLDER.resolve("overlays").resolve("production"))) {
                for (Path file : files.toList()) {
                    Files.writeString(
                            folder.resolve(file.getFileName()), edited(Files.readString(file), namespace, components));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build(folder);
    }

    private static String edited(String file, String namespace, List<String> components) {
        String text = file.replace("namespace: liveline", "namespace: " + namespace)
                .replaceAll("(?m)^  (# )?- ../../components/.*\n", "")
                .replace(
                        "\ncomponents:\n",
                        components.stream()
                                .map(component -> "  - ../../components/" + component + "\n")
                                .collect(Collectors.joining("", "\ncomponents:\n", "")));
        if (components.contains("external-redis")) {
            text = text.replace("  - path: redis.yaml\n", "");
        }
        // The patch of the Ingress is the only one that is a comment.
        return components.contains("ingress") ? text.replaceAll("(?m)^  # ", "  ") : text;
    }

    /**
     * Returns whether a component is applied to the base instead: the production overlay patches the Redis in the
     * namespace, which some components remove, requires tokens, and has routes of a Gateway.
     */
    static boolean liesOnBase(String component) {
        return Set.of("guests", "ingress").contains(component)
                || COMPONENTS.getOrDefault(component, List.of()).contains("external-redis");
    }

    static List<String> overlays() {
        return folders("overlays");
    }

    static List<String> folders(String of) {
        try (Stream<Path> folders = Files.list(FOLDER.resolve(of))) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Thing> renderOnce(String name) {
        Path overlay = FOLDER.resolve("overlays").resolve(name);
        if (name.equals("base") || Files.isDirectory(overlay)) {
            return build(name.equals("base") ? FOLDER.resolve("base") : overlay);
        }
        if (!liesOnBase(name)) {
            Set<String> components = new LinkedHashSet<>(OF_PRODUCTION);
            components.addAll(COMPONENTS.get(name));
            return renderCopy("liveline", List.copyOf(components));
        }
        Path folder = FOLDER.resolve("target").resolve("with-" + name);
        StringBuilder file = new StringBuilder("resources: [../../base]\ncomponents:\n");
        COMPONENTS.get(name).forEach(one -> file.append("  - ../../components/" + one + "\n"));
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("kustomization.yaml"), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build(folder);
    }

    private static List<Thing> build(Path folder) {
        List<String> command = new ArrayList<>(COMMAND);
        command.add(folder.toString());
        return parse(output(command));
    }

    /** Returns the objects in a text, sorted by kind and name. */
    static List<Thing> parse(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        List<Thing> things = new ArrayList<>();
        new Yaml(new SafeConstructor(options)).loadAll(yaml).forEach(tree -> {
            if (tree != null) {
                things.add(new Thing(tree));
            }
        });
        things.sort(Comparator.comparing(Thing::toString));
        return Collections.unmodifiableList(things);
    }

    private static List<String> command() {
        for (List<String> command : List.of(List.of("kubectl", "kustomize"), List.of("kustomize", "build"))) {
            try {
                new ProcessBuilder(command.get(0), "version", "--help").start().waitFor();
                return command;
            } catch (IOException notInstalled) {
                // Try the next command.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return null;
    }

    /** Returns what a command prints. */
    static String output(List<String> command) {
        try {
            Path errors = Files.createTempFile("kustomize", ".err");
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed: " + Files.readString(errors));
            }
            Files.delete(errors);
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
