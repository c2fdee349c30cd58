package io.liveline.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Where paths lead, through the Ingress and through the routes of the gateway. */
class RoutesTest {

    private static final Path PAGE = Path.of("..", "web", "src", "main", "resources", "META-INF", "resources");

    @ParameterizedTest
    @CsvSource({
        "/chat, chat",
        "/rooms/lobby/messages, chat",
        "/rooms/caf%C3%A9/messages, chat",
        "/counters, dashboard",
        "/counters/stream, dashboard",
        "/counters/orders/increments, dashboard",
        "/counters/increments, dashboard",
        "/counters/orders/history, dashboard",
        "/counters/orders, dashboard",
        "/rooms/lobby/presence, presence",
        "/rooms/lobby/typing, presence",
        "/presence, presence",
        "/, chat",
        "/liveline.json, chat"
    })
    void everyAddressOfTheProtocolLeadsToItsService(String path, String service) {
        assertThat(throughIngress(path)).containsExactly(service);
        assertThat(throughGateway(path)).containsExactly(service);
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
            strings = {"/q/metrics", "/q/health/live", "/q", "/rooms", "/rooms/a/b/messages", "/metrics", "/rooms/lobby"
            })
    void nothingElseLeadsAnywhere(String path) {
        assertThat(throughIngress(path)).isEmpty();
        assertThat(throughGateway(path)).isEmpty();
    }

    /** As ingress-nginx reads regular expressions: from the beginning, not to the end. */
    private static List<String> throughIngress(String path) {
        return Kustomization.render("production").stream()
                .filter(thing -> "Ingress".equals(thing.kind()))
                .flatMap(ingress -> ingress.each("spec", "rules").stream())
                .flatMap(rule -> rule.each("http", "paths").stream())
                .filter(one -> Pattern.compile(one.text("path")).matcher(path).lookingAt())
                .map(one -> one.text("backend", "service", "name"))
                .distinct()
                .toList();
    }

    /** As the Gateway API has it: whole paths, and prefixes of whole elements. */
    private static List<String> throughGateway(String path) {
        return Kustomization.render("gateway").stream()
                .filter(thing -> "HTTPRoute".equals(thing.kind()))
                .flatMap(route -> route.each("spec", "rules").stream())
                .filter(rule -> rule.each("matches").stream().anyMatch(match -> matches(match.at("path"), path)))
                .map(rule -> rule.text("backendRefs", 0, "name"))
                .distinct()
                .toList();
    }

    private static boolean matches(Thing match, String path) {
        String value = match.text("value");
        return switch (match.text("type")) {
            case "Exact" -> path.equals(value);
            case "PathPrefix" -> path.equals(value) || path.startsWith(value + "/");
            case "RegularExpression" -> path.matches(value);
            default -> throw new IllegalStateException(match.toString());
        };
    }
}
