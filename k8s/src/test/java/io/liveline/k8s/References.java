package io.liveline.k8s;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks of the references between objects: every reference has its target, and no object is unused.
 */
final class References {

    /** Secrets that the operator creates, with their keys. */
    private static final Map<String, Set<String>> EXTERNAL_SECRETS = Map.of(
            "liveline-redis", Set.of("password", "operator-password", "url"),
            "liveline-redis-ca", Set.of("ca.crt"),
            "liveline-issuer-ca", Set.of("ca.crt"),
            "liveline-tls", Set.of("tls.crt", "tls.key"));

    private static final Set<String> CLUSTER_WIDE = Set.of("Namespace", "PriorityClass");

    private final List<Thing> all;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    private References(List<Thing> all) {
        this.all = all;
    }

    /** Returns a message for each problem. */
    static List<String> problems(List<Thing> all) {
        References references = new References(all);
        references.checkIdentities();
        references.workloads().forEach(references::checkWorkload);
        references.of("Service").forEach(references::checkService);
        references
                .of("HorizontalPodAutoscaler")
                .forEach(hpa -> references.checkScaling(hpa, hpa.at("spec", "scaleTargetRef")));
        references
                .of("ScaledObject")
                .forEach(scaled -> references.checkScaling(scaled, scaled.at("spec", "scaleTargetRef")));
        references
                .of("PodDisruptionBudget")
                .forEach(budget -> references.selected(budget, budget.at("spec", "selector")));
        references.of("NetworkPolicy").forEach(references::checkPolicy);
        references.of("Ingress").forEach(references::checkIngress);
        references.of("HTTPRoute").forEach(references::checkRoute);
        references.of("PodMonitor").forEach(references::checkMonitor);
        references.checkUnused();
        return references.problems;
    }

    /** Returns whether an object is in no namespace. */
    static boolean isClusterWide(Thing thing) {
        return CLUSTER_WIDE.contains(thing.kind());
    }

    private Stream<Thing> of(String kind) {
        return all.stream().filter(thing -> kind.equals(thing.kind()));
    }

    private Stream<Thing> workloads() {
        return all.stream().filter(Thing::isWorkload);
    }

    private Thing find(String kind, String name) {
        return of(kind).filter(thing -> thing.name().equals(name)).findFirst().orElse(null);
    }

    private void require(boolean holds, Thing thing, String problem) {
        if (!holds) {
            problems.add(thing + ": " + problem);
        }
    }

    private void requireUse(Thing from, String kind, String name) {
        used.add(kind + "/" + name);
        require(find(kind, name) != null, from, "no " + kind + " " + name);
    }

    private void checkIdentities() {
        Set<String> seen = new HashSet<>();
        for (Thing thing : all) {
            require(seen.add(thing.toString()), thing, "is duplicated");
            require(
                    isClusterWide(thing) || "liveline".equals(thing.text("metadata", "namespace")),
                    thing,
                    "is not in the namespace");
        }
    }

    private void checkWorkload(Thing workload) {
        Thing pod = workload.at("spec", "template");
        require(
                !workload.map("spec", "selector", "matchLabels").isEmpty()
                        && matches(workload.map("spec", "selector", "matchLabels"), pod),
                workload,
                "its selector does not match its own pods");
        require(pod.at("spec", "serviceAccountName").isThere(), workload, "has no service account of its own");
        requireUse(workload, "ServiceAccount", pod.text("spec", "serviceAccountName"));
        if (pod.at("spec", "priorityClassName").isThere()) {
            requireUse(workload, "PriorityClass", pod.text("spec", "priorityClassName"));
        }
        if (workload.kind().equals("StatefulSet")) {
            requireUse(workload, "Service", workload.text("spec", "serviceName"));
        }
        Set<String> volumes = new HashSet<>();
        workload.each("spec", "volumeClaimTemplates").forEach(claim -> volumes.add(claim.name()));
        for (Thing volume : pod.each("spec", "volumes")) {
            volumes.add(volume.text("name"));
            checkVolume(workload, volume);
        }
        Set<String> mounted = new HashSet<>();
        for (Thing container : workload.containers()) {
            container.each("volumeMounts").forEach(mount -> mounted.add(mount.text("name")));
            checkContainer(workload, container);
        }
        require(mounted.equals(volumes), workload, "mounts " + mounted + " but has the volumes " + volumes);
    }

    private void checkVolume(Thing workload, Thing volume) {
        if (volume.at("configMap").isThere()) {
            requireUse(workload, "ConfigMap", volume.text("configMap", "name"));
        }
        if (volume.at("secret").isThere()) {
            List<Thing> items = volume.each("secret", "items");
            require(!items.isEmpty(), workload, "mounts a whole Secret");
            items.forEach(item -> requireSecret(workload, volume.text("secret", "secretName"), item.text("key")));
        }
    }

    private void checkContainer(Thing workload, Thing container) {
        for (Thing from : container.each("envFrom")) {
            require(!from.at("secretRef").isThere(), workload, "imports a whole Secret into its environment");
            requireUse(workload, "ConfigMap", from.text("configMapRef", "name"));
        }
        Set<String> names = new HashSet<>();
        for (Thing variable : container.each("env")) {
            Thing secret = variable.at("valueFrom", "secretKeyRef");
            if (secret.isThere()) {
                requireSecret(workload, secret.text("name"), secret.text("key"));
            }
            for (String before : variablesIn(variable.text("value"))) {
                require(names.contains(before), workload, "$(" + before + ") is not set before it is used");
            }
            names.add(variable.text("name"));
            if (String.valueOf(variable.text("value")).matches("redis://.*@redis:6379")) {
                requireUse(workload, "Service", "redis");
            }
        }
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            for (String kind : List.of("httpGet", "tcpSocket")) {
                Thing port = container.at(probe, kind, "port");
                require(
                        !port.isThere() || hasPort(container, port.text()),
                        workload,
                        probe + " uses no port of the container");
            }
        }
    }

    private static List<String> variablesIn(String value) {
        return value == null
                ? List.of()
                : java.util.regex.Pattern.compile("\\$\\((\\w+)\\)")
                        .matcher(value)
                        .results()
                        .map(found -> found.group(1))
                        .toList();
    }

    private void requireSecret(Thing from, String name, String key) {
        used.add("Secret/" + name);
        Thing secret = find("Secret", name);
        boolean there = secret != null
                ? secret.at("data", key).isThere()
                : EXTERNAL_SECRETS.getOrDefault(name, Set.of()).contains(key);
        require(there, from, "no key " + key + " in a Secret " + name);
    }

    private static boolean hasPort(Thing container, String port) {
        return container.each("ports").stream()
                .anyMatch(one -> port.equals(one.text("name")) || port.equals(one.text("containerPort")));
    }

    private void checkService(Thing service) {
        List<Thing> pods = podsOf(service.map("spec", "selector"));
        require(!pods.isEmpty(), service, "selects no pods");
        for (Thing port : service.each("spec", "ports")) {
            for (Thing workload : pods) {
                require(
                        workload.containers().stream().anyMatch(one -> hasPort(one, port.text("targetPort"))),
                        service,
                        "no port " + port.text("targetPort") + " in " + workload);
            }
        }
    }

    private void checkScaling(Thing scaling, Thing target) {
        Thing workload = find(target.text("kind"), target.text("name"));
        require(workload != null, scaling, "has no target");
        if (workload == null) {
            return;
        }
        require(!workload.at("spec", "replicas").isThere(), workload, "sets its replicas, and so does " + scaling);
        for (Thing container : workload.containers()) {
            require(
                    container.at("resources", "requests", "cpu").isThere(),
                    scaling,
                    "no CPU request of " + container.text("name"));
        }
        require(
                of(scaling.kind())
                                .filter(other -> other.text("spec", "scaleTargetRef", "name")
                                        .equals(target.text("name")))
                                .count()
                        == 1,
                scaling,
                "is not the only one that scales its target");
    }

    private void checkPolicy(Thing policy) {
        Thing selector = policy.at("spec", "podSelector");
        if (!selector.map().isEmpty()) {
            selected(policy, selector);
        }
        for (Thing rule : policy.each("spec", "ingress")) {
            peers(policy, rule.each("from"));
            ports(policy, rule, podsOf(selector.map("matchLabels")));
        }
        for (Thing rule : policy.each("spec", "egress")) {
            peers(policy, rule.each("to"));
            for (Thing peer : rule.each("to")) {
                if (isHere(peer)) {
                    ports(policy, rule, podsOf(peer.map("podSelector", "matchLabels")));
                }
            }
        }
    }

    private static boolean isHere(Thing peer) {
        return peer.at("podSelector").isThere() && !peer.at("namespaceSelector").isThere();
    }

    private void peers(Thing policy, List<Thing> peers) {
        require(!peers.isEmpty(), policy, "allows all peers");
        peers.stream().filter(References::isHere).forEach(peer -> selected(policy, peer.at("podSelector")));
        require(
                peers.stream()
                        .allMatch(peer ->
                                peer.at("ipBlock").isThere() || !peer.map().isEmpty()),
                policy,
                "allows all peers");
    }

    private void ports(Thing policy, Thing rule, List<Thing> pods) {
        require(!rule.each("ports").isEmpty(), policy, "opens all ports");
        for (Thing port : rule.each("ports")) {
            for (Thing workload : pods) {
                require(
                        workload.containers().stream().anyMatch(one -> hasPort(one, port.text("port"))),
                        policy,
                        "no port " + port.text("port") + " in " + workload);
            }
        }
    }

    private void checkIngress(Thing ingress) {
        for (Thing tls : ingress.each("spec", "tls")) {
            requireSecret(ingress, tls.text("secretName"), "tls.crt");
        }
        for (Thing rule : ingress.each("spec", "rules")) {
            for (Thing path : rule.each("http", "paths")) {
                Thing port = path.at("backend", "service", "port");
                backend(
                        ingress,
                        path.text("backend", "service", "name"),
                        port.at("name").isThere() ? port.text("name") : port.text("number"));
            }
        }
    }

    private void checkRoute(Thing route) {
        for (Thing rule : route.each("spec", "rules")) {
            rule.each("backendRefs").forEach(ref -> backend(route, ref.text("name"), ref.text("port")));
        }
    }

    private void backend(Thing from, String name, String port) {
        requireUse(from, "Service", name);
        Thing service = find("Service", name);
        if (service != null) {
            require(
                    service.each("spec", "ports").stream()
                            .anyMatch(one -> port.equals(one.text("name")) || port.equals(one.text("port"))),
                    from,
                    "no port " + port + " of Service " + name);
        }
    }

    private void checkMonitor(Thing monitor) {
        List<Thing> pods = podsOf(monitor.map("spec", "selector", "matchLabels"));
        require(!pods.isEmpty(), monitor, "selects no pods");
        for (Thing endpoint : monitor.each("spec", "podMetricsEndpoints")) {
            for (Thing workload : pods) {
                require(
                        workload.containers().stream().anyMatch(one -> hasPort(one, endpoint.text("port"))),
                        monitor,
                        "no port " + endpoint.text("port") + " in " + workload);
            }
        }
    }

    private void checkUnused() {
        boolean isRouted =
                of("Ingress").findAny().isPresent() || of("HTTPRoute").findAny().isPresent();
        for (Thing thing : all) {
            boolean usedByOthers = thing.labels().containsKey("grafana_dashboard")
                    || used.contains(thing.toString())
                    // Routes are a component, which the base and some renderings lack.
                    || (thing.kind().equals("Service") && !isRouted);
            if (Set.of("ConfigMap", "Secret", "Service", "ServiceAccount", "PriorityClass")
                    .contains(thing.kind())) {
                require(usedByOthers, thing, "is unused");
            }
        }
    }

    private void selected(Thing from, Thing selector) {
        require(!podsOf(selector.map("matchLabels")).isEmpty(), from, "selects no pods");
    }

    private List<Thing> podsOf(Map<String, Object> selector) {
        return workloads()
                .filter(workload -> matches(selector, workload.at("spec", "template")))
                .toList();
    }

    private static boolean matches(Map<String, Object> selector, Thing pod) {
        return pod.labels().entrySet().containsAll(selector.entrySet());
    }
}
