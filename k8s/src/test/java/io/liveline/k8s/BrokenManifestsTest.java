package io.liveline.k8s;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Manifests with deliberate errors: the checks of {@link ManifestsTest} find each one. */
class BrokenManifestsTest {

    static Stream<Arguments> broken() {
        return Stream.of(
                broken("misspelt field", "chat", pod -> set(pod, "x", "enableServiceLink")),
                broken("text instead of a number", "chat", object -> set(object, "many", "spec", "minReadySeconds")),
                broken(
                        "missing required field",
                        "Service/chat",
                        "`port`",
                        object -> remove(object, "spec", "ports", 0, "port")),
                broken("unknown kind", "Service/chat", "unknown kind", object -> set(object, "Servise", "kind")),
                broken(
                        "selector of other pods",
                        "Deployment/chat",
                        "its selector does not match",
                        object -> set(object, "chad", "spec", "selector", "matchLabels", "app.kubernetes.io/name")),
                broken(
                        "port that no container has",
                        "Service/chat",
                        "no port web",
                        object -> set(object, "web", "spec", "ports", 0, "targetPort")),
                broken(
                        "probe of an unknown port",
                        "Deployment/chat",
                        "readinessProbe uses no port",
                        object -> set(
                                object,
                                "web",
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "readinessProbe",
                                "httpGet",
                                "port")),
                broken(
                        "missing ConfigMap",
                        "Deployment/chat",
                        "no ConfigMap gone",
                        object -> set(
                                object,
                                "gone",
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "envFrom",
                                0,
                                "configMapRef",
                                "name")),
                broken(
                        "key that the Secret lacks",
                        "Deployment/chat",
                        "no key passwort",
                        object -> set(
                                object,
                                "passwort",
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "env",
                                0,
                                "valueFrom",
                                "secretKeyRef",
                                "key")),
                broken(
                        "scaling without a target",
                        "HorizontalPodAutoscaler/chat",
                        "has no target",
                        object -> set(object, "chad", "spec", "scaleTargetRef", "name")),
                broken(
                        "scaling by CPU without a CPU request",
                        "Deployment/chat",
                        "no CPU request",
                        object -> remove(
                                object, "spec", "template", "spec", "containers", 0, "resources", "requests", "cpu")),
                broken(
                        "fixed replicas of a scaled workload",
                        "Deployment/chat",
                        "sets its replicas",
                        object -> set(object, 3, "spec", "replicas")),
                broken(
                        "budget without pods",
                        "PodDisruptionBudget/chat",
                        "selects no pods",
                        object -> set(object, "chad", "spec", "selector", "matchLabels", "app.kubernetes.io/name")),
                broken(
                        "policy without pods",
                        "NetworkPolicy/redis-from-services",
                        "selects no pods",
                        object ->
                                set(object, "rediss", "spec", "podSelector", "matchLabels", "app.kubernetes.io/name")),
                broken(
                        "policy for all peers",
                        "NetworkPolicy/services-from-ingress",
                        "allows all peers",
                        object -> remove(object, "spec", "ingress", 0, "from")),
                broken(
                        "policy for another port",
                        "NetworkPolicy/redis-from-services",
                        "no port 6380",
                        object -> set(object, 6380, "spec", "ingress", 0, "ports", 0, "port")),
                broken(
                        "route to a missing Service",
                        "Ingress/liveline",
                        "no Service chad",
                        object -> set(
                                object, "chad", "spec", "rules", 0, "http", "paths", 0, "backend", "service", "name")),
                broken(
                        "wrong namespace",
                        "Service/chat",
                        "is not in the namespace",
                        object -> set(object, "default", "metadata", "namespace")),
                broken(
                        "runs as root",
                        "Deployment/chat",
                        "may run as root",
                        object -> remove(object, "spec", "template", "spec", "securityContext", "runAsNonRoot")),
                broken(
                        "writes to its image",
                        "Deployment/chat",
                        "may write",
                        object -> set(
                                object,
                                false,
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "securityContext",
                                "readOnlyRootFilesystem")),
                broken(
                        "no limit",
                        "Deployment/chat",
                        "no memory limit",
                        object -> remove(object, "spec", "template", "spec", "containers", 0, "resources", "limits")),
                broken(
                        "memory for fewer connections than are accepted",
                        "Deployment/chat",
                        "too little memory",
                        object -> set(
                                object,
                                "256Mi",
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "resources",
                                "limits",
                                "memory")),
                broken(
                        "more connections than there is memory for",
                        "ConfigMap/liveline",
                        "too little memory",
                        object -> set(object, "40000", "data", "LIVELINE_PRESENCE_POLLS_MAX")),
                broken(
                        "no node without a zone",
                        "Deployment/chat",
                        "may stay Pending",
                        object -> set(
                                object,
                                "DoNotSchedule",
                                "spec",
                                "template",
                                "spec",
                                "topologySpreadConstraints",
                                0,
                                "whenUnsatisfiable")),
                broken(
                        "Redis with known holes",
                        "StatefulSet/redis",
                        "older than the oldest Redis",
                        object -> set(
                                object,
                                "docker.io/library/redis:7.2.15",
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "image")),
                broken(
                        "line of Redis without a fixed version",
                        "StatefulSet/redis",
                        "older than the oldest Redis",
                        object -> set(
                                object,
                                "docker.io/library/redis:8.0.99",
                                "spec",
                                "template",
                                "spec",
                                "initContainers",
                                0,
                                "image")),
                broken(
                        "headless Service",
                        "Service/redis",
                        "is headless",
                        object -> set(object, "None", "spec", "clusterIP")),
                broken(
                        "budget that keeps a replica that is not ready",
                        "PodDisruptionBudget/redis",
                        "keeps a node from being drained",
                        object -> remove(object, "spec", "unhealthyPodEvictionPolicy")),
                broken(
                        "policy for IPv4 only",
                        "NetworkPolicy/services-to-issuer",
                        "one IP version only",
                        object -> set(
                                object,
                                List.of(Map.of("ipBlock", Map.of("cidr", "0.0.0.0/0"))),
                                "spec",
                                "egress",
                                0,
                                "to")),
                broken(
                        "latest",
                        "Deployment/chat",
                        "no fixed version",
                        object -> set(object, "chat:latest", "spec", "template", "spec", "containers", 0, "image")),
                broken(
                        "killed while draining",
                        "Deployment/chat",
                        "is killed before",
                        object -> set(object, 20, "spec", "template", "spec", "terminationGracePeriodSeconds")),
                broken(
                        "drain longer than the grace period",
                        "ConfigMap/liveline",
                        "is killed before",
                        object -> set(object, "60s", "data", "LIVELINE_EDGE_DRAIN")),
                broken(
                        "liveness that depends on Redis",
                        "Deployment/chat",
                        "may depend on Redis",
                        object -> set(
                                object,
                                "/q/health",
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "livenessProbe",
                                "httpGet",
                                "path")),
                broken(
                        "readiness at the clients' port",
                        "Deployment/chat",
                        "is not at the management port",
                        object -> set(
                                object,
                                "http",
                                "spec",
                                "template",
                                "spec",
                                "containers",
                                0,
                                "readinessProbe",
                                "httpGet",
                                "port")),
                broken(
                        "metrics exposed to clients",
                        "Service/chat",
                        "exposes health and metrics",
                        object -> set(object, "management", "spec", "ports", 0, "targetPort")),
                broken(
                        "replicas unavailable during a roll-out",
                        "Deployment/chat",
                        "maxUnavailable",
                        object -> set(object, "25%", "spec", "strategy", "rollingUpdate", "maxUnavailable")),
                broken(
                        "sticky sessions",
                        "Service/chat",
                        "has sticky sessions",
                        object -> set(object, "ClientIP", "spec", "sessionAffinity")),
                broken(
                        "timeout shorter than a long-poll",
                        "Ingress/liveline",
                        "times out before a long-poll",
                        object -> remove(
                                object, "metadata", "annotations", "nginx.ingress.kubernetes.io/proxy-read-timeout")),
                broken(
                        "route of the Gateway to a missing Service",
                        "HTTPRoute/chat",
                        "no Service chad",
                        object -> set(object, "chad", "spec", "rules", 0, "backendRefs", 0, "name")),
                broken(
                        "timeout of a route of the Gateway",
                        "HTTPRoute/chat",
                        "has a request timeout",
                        object -> set(object, "60s", "spec", "rules", 0, "timeouts", "request")),
                broken(
                        "fast scale-down",
                        "HorizontalPodAutoscaler/chat",
                        "removes more than one replica at a time",
                        object -> set(object, 0, "spec", "behavior", "scaleDown", "stabilizationWindowSeconds")),
                broken(
                        "no default-deny policy",
                        "NetworkPolicy/default-deny",
                        "no policy denies",
                        object -> set(object, List.of(Map.of()), "spec", "egress")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void everyErrorIsFound(String description, String id, String problem, Consumer<Thing> change) {
        List<Thing> all = copy(Kustomization.render(id.contains("ngress") ? "local" : "production"));
        assertThat(problems(all)).isEmpty();

        change.accept(all.stream()
                .filter(thing -> thing.toString()
                        .replaceAll("^(ConfigMap/.*)-[a-z0-9]{10}$", "$1")
                        .equals(id))
                .findFirst()
                .orElseThrow());

        assertThat(problems(all)).anyMatch(found -> found.contains(problem));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void duplicateAndUnusedObjectsAreFound(String kind) {
        List<Thing> all = copy(Kustomization.render("production"));
        Thing one = all.stream()
                .filter(thing -> kind.equals(thing.kind()))
                .findFirst()
                .orElseThrow();

        all.add(one);
        assertThat(problems(all)).anyMatch(found -> found.contains("is duplicated"));

        all.remove(all.size() - 1);
        Thing unused = copy(List.of(one)).get(0);
        set(unused, "unused", "metadata", "name");
        all.add(unused);
        assertThat(problems(all)).anyMatch(found -> found.contains("is unused"));
    }

    static Stream<String> kinds() {
        return Stream.of("ConfigMap", "Service", "ServiceAccount", "PriorityClass");
    }

    private static List<String> problems(List<Thing> all) {
        List<String> problems = new ArrayList<>();
        all.stream().map(Schema::problem).flatMap(Optional::stream).forEach(problems::add);
        if (!problems.isEmpty()) {
            return problems;
        }
        problems.addAll(References.problems(all));
        problems.addAll(Promises.problems(all));
        return problems;
    }

    /** Returns an error that the schema check finds: its message names the object. */
    private static Arguments broken(String description, String deployment, Consumer<Thing> change) {
        return broken(description, "Deployment/" + deployment, "Deployment/" + deployment, change);
    }

    private static Arguments broken(String description, String id, String problem, Consumer<Thing> change) {
        return arguments(description, id, problem, change);
    }

    private static void set(Thing object, Object value, Object... path) {
        Object parent = object.at(parentOf(path)).value();
        put(parent, path[path.length - 1], value);
    }

    @SuppressWarnings("unchecked")
    private static void put(Object parent, Object key, Object value) {
        ((Map<Object, Object>) parent).put(key, value);
    }

    private static void remove(Thing object, Object... path) {
        Object removed = ((Map<?, ?>) object.at(parentOf(path)).value()).remove(path[path.length - 1]);
        assertThat(removed).as("the removed value").isNotNull();
    }

    private static Object[] parentOf(Object... path) {
        return java.util.Arrays.copyOf(path, path.length - 1);
    }

    private static List<Thing> copy(List<Thing> all) {
        List<Thing> copies = new ArrayList<>();
        all.forEach(thing -> copies.add(new Thing(copy(thing.value()))));
        return copies;
    }

    private static Object copy(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, one) -> copy.put(key, copy(one)));
            return copy;
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(one -> copy.add(copy(one)));
            return copy;
        }
        return value;
    }
}
