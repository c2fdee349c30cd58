package io.liveline.k8s;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections that the network policies allow, evaluated as Kubernetes defines: wherever a policy selects a pod, a
 * connection needs a rule for egress at its source and a rule for ingress at its destination.
 */
class NetworkTest {

    private record Pod(String name, String namespace, Map<String, Object> labels) {}

    private static final Pod INGRESS = pod("ingress-nginx", "ingress-nginx", Map.of());
    private static final Pod GATEWAY = pod("gateway", "envoy-gateway-system", Map.of());
    private static final Pod K3S = pod("k3s-traefik", "kube-system", Map.of("app.kubernetes.io/name", "traefik"));
    private static final Pod DNS = pod("dns", "kube-system", Map.of("k8s-app", "kube-dns"));
    private static final Pod SYSTEM = pod("other-system", "kube-system", Map.of("app", "other"));
    private static final Pod PROMETHEUS = pod("prometheus", "monitoring", Map.of());
    private static final Pod STRANGER = pod("stranger", "default", Map.of());
    private static final List<String> PORTS = List.of("8080", "9000", "6379", "53", "443", "22");

    private static Pod pod(String name, String namespace, Map<String, Object> labels) {
        return new Pod(name, namespace, labels);
    }

    @Test
    void onlyNeededConnectionsAreAllowed() {
        assertThat(connections("base"))
                .containsExactlyInAnyOrder(
                        "chat -> redis:6379",
                        "dashboard -> redis:6379",
                        "presence -> redis:6379",
                        "chat -> dns:53",
                        "dashboard -> dns:53",
                        "presence -> dns:53");
    }

    @Test
    void onlyTheMonitoringComponentAllowsPrometheus() {
        assertThat(connections("monitoring"))
                .contains("prometheus -> chat:9000", "prometheus -> dashboard:9000", "prometheus -> presence:9000")
                .doesNotContain("prometheus -> chat:8080", "prometheus -> redis:6379");
        assertThat(connections("production")).noneMatch(one -> one.startsWith("prometheus"));
    }

    @Test
    void onlyTheComponentsOfRoutesAllowProxies() {
        Set<String> withIngress = connections("ingress");
        withIngress.removeAll(connections("base"));
        Set<String> withGateway = connections("production");
        withGateway.removeIf(one -> !one.endsWith(":8080"));

        assertThat(withIngress)
                .containsExactlyInAnyOrder(
                        "ingress-nginx -> chat:8080",
                        "ingress-nginx -> dashboard:8080",
                        "ingress-nginx -> presence:8080",
                        "k3s-traefik -> chat:8080",
                        "k3s-traefik -> dashboard:8080",
                        "k3s-traefik -> presence:8080");
        assertThat(withGateway)
                .containsExactlyInAnyOrder(
                        "gateway -> chat:8080",
                        "gateway -> dashboard:8080",
                        "gateway -> presence:8080",
                        "k3s-traefik -> chat:8080",
                        "k3s-traefik -> dashboard:8080",
                        "k3s-traefik -> presence:8080");
    }

    private static Set<String> connections(String name) {
        List<Thing> all = Kustomization.render(name);
        List<Thing> policies = all.stream()
                .filter(thing -> "NetworkPolicy".equals(thing.kind()))
                .toList();
        List<Pod> pods = new ArrayList<>(List.of(INGRESS, GATEWAY, K3S, DNS, SYSTEM, PROMETHEUS, STRANGER));
        all.stream()
                .filter(Thing::isWorkload)
                .forEach(workload -> pods.add(pod(
                        workload.name(),
                        "liveline",
                        workload.at("spec", "template").labels())));
        Set<String> connections = new TreeSet<>();
        for (Pod from : pods) {
            for (Pod to : pods) {
                for (String port : PORTS) {
                    // The policies do not apply to connections between other namespaces.
                    boolean ours = from.namespace.equals("liveline") || to.namespace.equals("liveline");
                    if (ours
                            && passes(policies, "Egress", "egress", "to", from, to, port)
                            && passes(policies, "Ingress", "ingress", "from", to, from, port)) {
                        connections.add(from.name + " -> " + to.name + ":" + port);
                    }
                }
            }
        }
        return connections;
    }

    /** Returns whether the policies allow a connection in one direction; without a policy for the pod they all do. */
    private static boolean passes(
            List<Thing> policies, String type, String rules, String peers, Pod pod, Pod peer, String port) {
        boolean isSelected = false;
        for (Thing policy : policies) {
            if (!pod.namespace.equals("liveline")
                    || !selects(policy.at("spec", "podSelector"), pod.labels)
                    || policy.each("spec", "policyTypes").stream().noneMatch(one -> type.equals(one.text()))) {
                continue;
            }
            isSelected = true;
            for (Thing rule : policy.each("spec", rules)) {
                boolean toPort = rule.each("ports").stream().anyMatch(one -> port.equals(one.text("port")));
                if (toPort && rule.each(peers).stream().anyMatch(one -> matches(one, peer))) {
                    return true;
                }
            }
        }
        return !isSelected;
    }

    private static boolean matches(Thing peer, Pod pod) {
        if (peer.at("ipBlock").isThere()) {
            return "0.0.0.0/0".equals(peer.text("ipBlock", "cidr"));
        }
        boolean there = peer.at("namespaceSelector").isThere()
                ? selects(peer.at("namespaceSelector"), Map.of("kubernetes.io/metadata.name", pod.namespace))
                : pod.namespace.equals("liveline");
        return there && (!peer.at("podSelector").isThere() || selects(peer.at("podSelector"), pod.labels));
    }

    private static boolean selects(Thing selector, Map<String, Object> labels) {
        boolean byLabels =
                labels.entrySet().containsAll(selector.map("matchLabels").entrySet());
        boolean byExpressions = selector.each("matchExpressions").stream().allMatch(one -> {
            assertThat(one.text("operator")).isEqualTo("In");
            return one.each("values").stream().anyMatch(value -> value.text().equals(labels.get(one.text("key"))));
        });
        return byLabels && byExpressions;
    }
}
