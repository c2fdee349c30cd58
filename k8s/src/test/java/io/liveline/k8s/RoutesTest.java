package io.liveline.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Routing of paths by the Ingress and by the routes of the gateway. */
class RoutesTest {

    private static final Path PAGE = Path.of("..", "web", "src", "main", "resources", "META-INF", "resources");

    private static final Pattern OF_CLASS = Pattern.compile("(?m)^@Path\\(\"(.*)\"\\)");
    private static final Pattern OF_METHOD = Pattern.compile("(?m)^ +@Path\\(\"(.*)\"\\)");
    private static final Pattern OF_ROUTER =
            Pattern.compile("router\\.(?:get|post|put|patch|delete|route)\\(\"(.*?)\"\\)");

    /** Returns the paths of each service, from the sources, so that new paths are covered. */
    static Stream<Arguments> addresses() {
        Set<Arguments> addresses = new LinkedHashSet<>();
        for (String service : List.of("chat", "dashboard", "presence")) {
            Set<String> paths = pathsIn(Path.of("..", service + "-service", "src", "main", "java"));
            assertThat(paths).as(service).isNotEmpty();
            paths.forEach(path -> addresses.add(arguments(path, service)));
        }
        // All services have these paths; chat serves them.
        pathsIn(Path.of("..", "edge", "src", "main", "java")).forEach(path -> addresses.add(arguments(path, "chat")));
        addresses.add(arguments("/", "chat"));
        // The build adds the chart library; it is in no source folder.
        addresses.add(arguments("/vendor/uplot/uPlot.esm.js", "chat"));
        addresses.add(arguments("/vendor/uplot/uPlot.min.css", "chat"));
        addresses.add(arguments("/rooms/caf%C3%A9/messages", "chat"));
        return addresses.stream();
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void everyAddressLeadsToItsService(String path, String service) {
        assertThat(throughIngress(path)).containsExactly(service);
        assertThat(throughGateway(path)).containsExactly(service);
    }

    private static Set<String> pathsIn(Path sources) {
        Set<String> paths = new TreeSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String source = Files.readString(file);
                OF_ROUTER.matcher(source).results().forEach(found -> paths.add(example(found.group(1))));
                Matcher resource = OF_CLASS.matcher(source);
                if (resource.find()) {
                    String base = resource.group(1);
                    paths.add(example(base));
                    OF_METHOD.matcher(source).results().forEach(found -> paths.add(example(base + found.group(1))));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        paths.remove("/");
        return paths;
    }

    /** Replaces each parameter of a path template by a value. */
    private static String example(String template) {
        return template.replaceAll("\\{[^}]+}|:[a-z]+", "x-1").replace("//", "/");
    }

    static Stream<String> page() {
        try (Stream<Path> files = Files.walk(PAGE)) {
            return files
                    .filter(Files::isRegularFile)
                    .map(file -> "/" + PAGE.relativize(file).toString().replace('\\', '/'))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("page")
    void everyFileOfThePageIsFound(String path) {
        assertThat(throughIngress(path)).containsExactly("chat");
        assertThat(throughGateway(path)).containsExactly("chat");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/metrics",
                "/q/health/live",
                "/q",
                "/q/metrics/chat",
                "/q/metrics/presence",
                "/q/metrics/counters",
                "/q/metrics/index.html",
                "/q/metrics/liveline.js",
                "/q/metrics/rooms/a/messages",
                "/q/metrics/rooms/a/presence",
                "/q/metrics/",
                "/q/health/group/chat",
                "/rooms",
                "/rooms/a/b/messages",
                "/rooms/a/messages/b/c",
                "/metrics",
                "/rooms/lobby"
            })
    void nothingElseLeadsAnywhere(String path) {
        assertThat(throughIngress(path)).isEmpty();
        assertThat(throughGateway(path)).isEmpty();
    }

    private static List<String> throughIngress(String path) {
        return Kustomization.render("ingress").stream()
                .filter(thing -> "Ingress".equals(thing.kind()))
                .flatMap(ingress -> ingress.each("spec", "rules").stream())
                .flatMap(rule -> rule.each("http", "paths").stream())
                .filter(one -> isFound(one.text("path"), path))
                .map(one -> one.text("backend", "service", "name"))
                .distinct()
                .toList();
    }

    private static List<String> throughGateway(String path) {
        return Kustomization.render("production").stream()
                .filter(thing -> "HTTPRoute".equals(thing.kind()))
                .flatMap(route -> route.each("spec", "rules").stream())
                .filter(rule -> rule.each("matches").stream().anyMatch(match -> matches(match.at("path"), path)))
                .map(rule -> rule.text("backendRefs", 0, "name"))
                .distinct()
                .toList();
    }

    /** Matches as the Gateway API defines: exact paths, and prefixes of whole path elements. */
    private static boolean matches(Thing match, String path) {
        String value = match.text("value");
        return switch (match.text("type")) {
            case "Exact" -> path.equals(value);
            case "PathPrefix" -> path.equals(value) || path.startsWith(value + "/");
            case "RegularExpression" -> isFound(value, path);
            default -> throw new IllegalStateException(match.toString());
        };
    }

    /**
     * Returns whether a controller matches a pattern with a path. Controllers differ: Traefik searches the whole path,
     * ingress-nginx matches from its beginning, Envoy matches the entire path. The result must be the same for all.
     */
    private static boolean isFound(String pattern, String path) {
        Matcher matcher = Pattern.compile(pattern).matcher(path);
        boolean anywhere = matcher.find();
        assertThat(matcher.reset().lookingAt())
                .as(pattern + " from the beginning of " + path)
                .isEqualTo(anywhere);
        assertThat(matcher.reset().matches())
                .as(pattern + " with all of " + path)
                .isEqualTo(anywhere);
        return anywhere;
    }
}
