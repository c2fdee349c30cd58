package io.liveline.k8s;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks of the guarantees that {@code k8s/README.md} states for pods, probes, roll-outs and routes. */
final class Promises {

    /** Time for the last writes and the end of the JVM after the drain. */
    private static final int SECONDS_TO_END = 15;

    private static final Map<Character, Long> UNITS = Map.of('K', 1L << 10, 'M', 1L << 20, 'G', 1L << 30, 'k', 1_000L);

    private final List<Thing> all;
    private final int drainSeconds;
    private final List<String> problems = new ArrayList<>();

    private Promises(List<Thing> all) {
        this.all = all;
        this.drainSeconds = Configuration.drainSeconds(environment(all));
    }

    /** Returns a message for each problem. */
    static List<String> problems(List<Thing> all) {
        Promises promises = new Promises(all);
        promises.of("Deployment", "StatefulSet").forEach(promises::checkPod);
        promises.of("Deployment").forEach(promises::checkService);
        promises.of("StatefulSet").forEach(promises::checkRedis);
        promises.of("Deployment", "StatefulSet").forEach(promises::checkSpreadsWithoutWaiting);
        promises.of("Service").forEach(promises::checkAlwaysResolves);
        promises.of("NetworkPolicy").forEach(promises::checkBothFamilies);
        promises.of("Service").forEach(promises::checkNoStickiness);
        promises.of("Service").forEach(promises::checkOnlyForClients);
        promises.of("Ingress").forEach(promises::checkIngress);
        promises.of("HTTPRoute").forEach(promises::checkRoute);
        promises.of("HorizontalPodAutoscaler")
                .forEach(hpa -> promises.checkSlowScaleDown(hpa, hpa.at("spec", "behavior", "scaleDown")));
        promises.of("ScaledObject")
                .forEach(scaled -> promises.checkSlowScaleDown(
                        scaled,
                        scaled.at("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior", "scaleDown")));
        promises.of("ServiceAccount")
                .forEach(account -> promises.require(
                        "false".equals(account.text("automountServiceAccountToken")), account, "mounts a token"));
        promises.checkNamespace();
        promises.checkDefaultDeny();
        promises.checkBudgets();
        return promises.problems;
    }

    /** Returns the environment variables of the services. */
    static Map<String, String> environment(List<Thing> all) {
        Map<String, String> variables = new TreeMap<>();
        all.stream()
                .filter(thing ->
                        "ConfigMap".equals(thing.kind()) && thing.name().matches("liveline-[a-z0-9]{10}"))
                .forEach(map -> map.map("data").forEach((key, value) -> variables.put(key, value.toString())));
        return variables;
    }

    private List<Thing> of(String... kinds) {
        Set<String> wanted = Set.of(kinds);
        return all.stream().filter(thing -> wanted.contains(thing.kind())).toList();
    }

    private void require(boolean holds, Thing thing, String problem) {
        if (!holds) {
            problems.add(thing + ": " + problem);
        }
    }

    private void checkPod(Thing workload) {
        Thing pod = workload.at("spec", "template", "spec");
        require("false".equals(pod.text("automountServiceAccountToken")), workload, "has a token of the API");
        require("false".equals(pod.text("enableServiceLinks")), workload, "gets variables from Services");
        require("true".equals(pod.text("securityContext", "runAsNonRoot")), workload, "may run as root");
        require(
                pod.at("securityContext", "runAsUser").isThere()
                        && pod.at("securityContext", "runAsUser").number() > 0,
                workload,
                "does not set its user");
        require(
                "RuntimeDefault".equals(pod.text("securityContext", "seccompProfile", "type")),
                workload,
                "has no seccomp profile");
        for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
            require(!pod.at(host).isThere(), workload, "has " + host);
        }
        pod.each("volumes").forEach(volume -> require(!volume.at("hostPath").isThere(), workload, "has a hostPath"));
        workload.containers().forEach(container -> checkContainer(workload, container));
    }

    private void checkContainer(Thing workload, Thing container) {
        Thing security = container.at("securityContext");
        String name = "container " + container.text("name") + " ";
        require("false".equals(security.text("allowPrivilegeEscalation")), workload, name + "may gain privileges");
        require("true".equals(security.text("readOnlyRootFilesystem")), workload, name + "may write to its image");
        require(
                security.each("capabilities", "drop").stream().anyMatch(one -> "ALL".equals(one.text()))
                        && !security.at("capabilities", "add").isThere(),
                workload,
                name + "keeps capabilities");
        require(!security.at("privileged").isThere(), workload, name + "is privileged");
        String image = String.valueOf(container.text("image"));
        String tag = image.substring(image.lastIndexOf('/') + 1);
        require(
                image.contains("@sha256:") || (tag.contains(":") && !tag.endsWith(":latest")),
                workload,
                name + "has no fixed version: " + image);
        Thing resources = container.at("resources");
        for (String resource : List.of("cpu", "memory")) {
            require(resources.at("requests", resource).isThere(), workload, name + "requests no " + resource);
        }
        require(resources.at("limits", "memory").isThere(), workload, name + "has no memory limit");
    }

    private void checkService(Thing deployment) {
        Thing spec = deployment.at("spec");
        Thing update = spec.at("strategy", "rollingUpdate");
        require("1".equals(update.text("maxSurge")), deployment, "maxSurge is not 1");
        require("0".equals(update.text("maxUnavailable")), deployment, "maxUnavailable is not 0");
        require(
                spec.at("minReadySeconds").isThere()
                        && spec.at("minReadySeconds").number() >= 5,
                deployment,
                "counts as available at once");
        Thing pod = spec.at("template", "spec");
        Thing container = pod.at("containers", 0);
        Thing before = container.at("lifecycle", "preStop", "sleep", "seconds");
        require(before.isThere(), deployment, "is terminated while proxies still send requests to it");
        Thing grace = pod.at("terminationGracePeriodSeconds");
        require(
                before.isThere()
                        && grace.isThere()
                        && grace.number() >= before.number() + drainSeconds + SECONDS_TO_END,
                deployment,
                "is killed before it has drained its clients");
        checkProbe(deployment, container, "startupProbe", "/q/health/live", "a start must not depend on Redis");
        checkProbe(deployment, container, "livenessProbe", "/q/health/live", "it may depend on Redis");
        checkProbe(deployment, container, "readinessProbe", "/q/health/ready", "it does not depend on Redis");
        require(!pod.each("topologySpreadConstraints").isEmpty(), deployment, "may run on one node only");
        Thing limit = container.at("resources", "limits", "memory");
        require(
                !limit.isThere() || bytes(limit.text()) >= Memory.needed(deployment, environment(all)),
                deployment,
                "has too little memory for the connections that it accepts");
    }

    /** Checks that a replica finds a node in every cluster, such as one whose nodes have no zone. */
    private void checkSpreadsWithoutWaiting(Thing workload) {
        require(
                workload.each("spec", "template", "spec", "topologySpreadConstraints").stream()
                        .allMatch(spread -> "ScheduleAnyway".equals(spread.text("whenUnsatisfiable"))),
                workload,
                "may stay Pending rather than be spread unevenly");
    }

    /** Checks that the name of a Service resolves while it has no pod that is ready. */
    private void checkAlwaysResolves(Thing service) {
        require(
                !"None".equals(service.text("spec", "clusterIP")),
                service,
                "is headless: clients that ask while it has no ready pod remember that it does not exist");
    }

    /** Checks that a rule for every IPv4 address is one for every IPv6 address too. */
    private void checkBothFamilies(Thing policy) {
        for (String direction : List.of("ingress", "egress")) {
            for (Thing rule : policy.each("spec", direction)) {
                Set<String> blocks = rule.each(direction.equals("ingress") ? "from" : "to").stream()
                        .map(peer -> String.valueOf(peer.text("ipBlock", "cidr")))
                        .collect(Collectors.toSet());
                require(
                        blocks.contains("0.0.0.0/0") == blocks.contains("::/0"),
                        policy,
                        "allows all addresses of one IP version only");
            }
        }
    }

    private void checkProbe(Thing deployment, Thing container, String probe, String path, String otherwise) {
        Thing get = container.at(probe, "httpGet");
        require(path.equals(get.text("path")), deployment, "its " + probe + " is not " + path + ": " + otherwise);
        require("management".equals(get.text("port")), deployment, "its " + probe + " is not at the management port");
    }

    /** Checks that a Service, which clients can reach, exposes the clients' port only. */
    private void checkOnlyForClients(Thing service) {
        require(
                service.each("spec", "ports").stream()
                        .noneMatch(port -> Set.of("management", "9000").contains(port.text("targetPort"))),
                service,
                "exposes health and metrics");
    }

    private void checkRedis(Thing redis) {
        Thing container = redis.at("spec", "template", "spec", "containers", 0);
        List<String> args = container.each("args").stream().map(Thing::text).toList();
        int at = args.indexOf("--maxmemory");
        require(
                at >= 0
                        && bytes(args.get(at + 1).replace("mb", "M").replace("gb", "G")) * 10
                                <= bytes(container.text("resources", "limits", "memory")) * 7,
                redis,
                "its data may use more than 70% of its memory: rewriting the append-only file needs memory, too");
        require("1".equals(redis.text("spec", "replicas")), redis, "does not have exactly one replica");
        redis.containers()
                .forEach(one -> require(
                        RedisVersion.isFixed(String.valueOf(one.text("image"))),
                        redis,
                        "container " + one.text("name") + " is older than the oldest Redis without known holes"));
    }

    private void checkNoStickiness(Thing service) {
        require(!service.at("spec", "sessionAffinity").isThere(), service, "has sticky sessions");
    }

    private void checkIngress(Thing ingress) {
        Map<String, Object> notes = ingress.map("metadata", "annotations");
        require(
                notes.keySet().stream().noneMatch(note -> note.contains("affinity") || note.contains("sticky")),
                ingress,
                "has sticky sessions");
        for (String direction : List.of("read", "send")) {
            Object seconds = notes.get("nginx.ingress.kubernetes.io/proxy-" + direction + "-timeout");
            require(
                    seconds != null && Integer.parseInt(seconds.toString()) > 60,
                    ingress,
                    "times out before a long-poll may end");
        }
        require("off".equals(notes.get("nginx.ingress.kubernetes.io/proxy-buffering")), ingress, "buffers streams");
    }

    private void checkRoute(Thing route) {
        for (Thing rule : route.each("spec", "rules")) {
            require("0s".equals(rule.text("timeouts", "request")), route, "has a request timeout");
            require(!rule.at("sessionPersistence").isThere(), route, "has sticky sessions");
        }
    }

    private void checkSlowScaleDown(Thing scaling, Thing down) {
        require(
                down.at("stabilizationWindowSeconds").isThere()
                        && down.at("stabilizationWindowSeconds").number() >= 300
                        && down.each("policies").size() == 1
                        && "Pods".equals(down.text("policies", 0, "type"))
                        && "1".equals(down.text("policies", 0, "value")),
                scaling,
                "removes more than one replica at a time, or too soon");
    }

    private void checkNamespace() {
        for (Thing namespace : of("Namespace")) {
            require(
                    "restricted".equals(namespace.labels().get("pod-security.kubernetes.io/enforce")),
                    namespace,
                    "does not enforce the restricted profile on its pods");
        }
        require(!of("Namespace").isEmpty(), new Thing(null), "no Namespace");
    }

    private void checkDefaultDeny() {
        require(
                of("NetworkPolicy").stream()
                        .anyMatch(policy -> policy.at("spec", "podSelector").isThere()
                                && policy.map("spec", "podSelector").isEmpty()
                                && policy.each("spec", "policyTypes").size() == 2
                                && !policy.at("spec", "ingress").isThere()
                                && !policy.at("spec", "egress").isThere()),
                new Thing("NetworkPolicy"),
                "no policy denies by default");
    }

    /**
     * Checks that every workload has a budget that allows nodes to be drained, also while no replica is ready.
     */
    private void checkBudgets() {
        for (Thing workload : of("Deployment", "StatefulSet")) {
            require(
                    of("PodDisruptionBudget").stream()
                            .anyMatch(budget -> budget.name().equals(workload.name())
                                    && "1".equals(budget.text("spec", "maxUnavailable"))),
                    workload,
                    "has no PodDisruptionBudget of one replica at a time");
        }
        for (Thing budget : of("PodDisruptionBudget")) {
            require(
                    "AlwaysAllow".equals(budget.text("spec", "unhealthyPodEvictionPolicy")),
                    budget,
                    "keeps a node from being drained while no replica is ready, as when Redis is away");
        }
    }

    /** Parses a quantity of memory, such as 512Mi, 4Gi or 640M. */
    static long bytes(String quantity) {
        String digits = quantity.replaceAll("[^0-9].*", "");
        String unit = quantity.substring(digits.length());
        return Long.parseLong(digits) * (unit.isEmpty() ? 1 : UNITS.get(unit.charAt(0)));
    }

    /** Parses a quantity of CPU, such as 500m or 2. */
    static BigDecimal cores(String quantity) {
        return quantity.endsWith("m")
                ? new BigDecimal(quantity.substring(0, quantity.length() - 1)).movePointLeft(3)
                : new BigDecimal(quantity);
    }

    /** Returns a container per replica at the maximum scale, plus one per scaled workload for a roll-out. */
    static Stream<Thing> containersAtMost(List<Thing> all) {
        return all.stream().filter(Thing::isWorkload).flatMap(workload -> {
            int replicas = all.stream()
                    .filter(thing -> "HorizontalPodAutoscaler".equals(thing.kind())
                            && thing.name().equals(workload.name()))
                    .map(hpa -> hpa.at("spec", "maxReplicas").number() + 1)
                    .findFirst()
                    .orElse(1);
            return Stream.generate(() -> workload.at("spec", "template", "spec", "containers", 0))
                    .limit(replicas);
        });
    }
}
