package io.liveline.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks of the Helm chart: it renders what kustomize renders, and each value does what the README says. */
class ChartTest {

    private static final Path VALUES = Chart.FOLDER.resolve("values.yaml");
    private static final Path README = Chart.FOLDER.resolve("README.md");

    /** Returns files of values; the first line of each names the components of the same rendering by kustomize. */
    static Stream<Path> compared() {
        try (Stream<Path> files = Files.list(Chart.FOLDER.resolve("ci"))) {
            return files.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> components(Path values) {
        try {
            String line = Files.readAllLines(values).get(0);
            assertThat(line).startsWith("# kustomize: ");
            return List.of(line.substring("# kustomize: ".length()).split(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("compared")
    void theChartRendersWhatKustomizeRenders(Path values) {
        List<Thing> chart = Chart.render("liveline", "-f", values.toString());

        assertThat(Chart.essence(chart))
                .isEqualTo(Chart.essence(Kustomization.renderCopy("liveline", components(values))));
        assertThat(Chart.helm("liveline", "lint", "--strict", "-f", values.toString()))
                .contains("0 chart(s) failed");
    }

    @Test
    void everyComponentIsCompared() {
        assertThat(compared().flatMap(values -> components(values).stream()))
                .containsAll(Kustomization.COMPONENTS.keySet());
    }

    @Test
    void inAnotherNamespaceTheChartRendersWhatKustomizeRenders() {
        assertThat(Chart.essence(
                        Chart.render("elsewhere", "--set", "scaling.by=keda", "--set", "monitoring.enabled=true")))
                .isEqualTo(Chart.essence(
                        Kustomization.renderCopy("elsewhere", List.of("jwt", "gateway", "keda", "monitoring"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            image.tag=1.2.3                       | Deployment/chat          | image: registry.example.org/liveline/chat-service:1.2.3
            image.repository=r.io/a               | Deployment/presence      | image: r.io/a/presence-service:0.1.0
            image.native=true                     | Deployment/dashboard     | dashboard-service-native:0.1.0
            auth.mode=guests                      | ConfigMap/liveline       | LIVELINE_AUTH: guest
            auth.issuer=https://a.org             | ConfigMap/liveline       | https://a.org
            auth.audience=us                      | ConfigMap/liveline       | MP_JWT_VERIFY_AUDIENCES: us
            auth.keys=https://a.org/k             | ConfigMap/liveline       | https://a.org/k
            auth.privateAuthority=true            | Deployment/chat          | secretName: liveline-issuer-ca
            auth.addresses={1.2.3.0/24}           | NetworkPolicy/services-to-issuer | cidr: 1.2.3.0/24
            redis.memory=8Gi                      | StatefulSet/redis        | limits: {memory: 8Gi}
            redis.maxmemory=5gb                   | StatefulSet/redis        | args: [--maxmemory, 5gb]
            redis.storage=99Gi                    | StatefulSet/redis        | storage: 99Gi
            redis.storageClass=fast               | StatefulSet/redis        | storageClassName: fast
            redis.mode=external                   | Deployment/chat          | key: url
            redis.mode=sentinel,redis.masterName=m | ConfigMap/liveline      | QUARKUS_REDIS_MASTER_NAME: m
            redis.mode=external,redis.privateAuthority=true | Deployment/chat | secretName: liveline-redis-ca
            redis.mode=external,redis.addresses={10.1.0.0/16} | NetworkPolicy/services-to-external-redis | cidr: 10.1.0.0/16
            route.kind=ingress                    | Ingress/liveline         | secretName: liveline-tls
            route.host=live.org                   | HTTPRoute/dashboard      | hostnames: [live.org]
            route.kind=ingress,route.host=live.org | Ingress/liveline        | host: live.org
            route.from={edge}                     | NetworkPolicy/services-from-gateway | values: [edge]
            route.kind=ingress,route.from={edge}  | NetworkPolicy/services-from-ingress | values: [edge]
            route.gateway=edge                    | HTTPRoute/chat           | name: edge
            route.gatewayNamespace=net            | HTTPRoute/chat           | namespace: net
            route.kind=ingress,route.ingressClass=traefik | Ingress/liveline | ingressClassName: traefik
            route.kind=ingress,route.tlsSecret=cert | Ingress/liveline       | secretName: cert
            scaling.by=connections                | HorizontalPodAutoscaler/presence | name: liveline_presence_polls
            scaling.by=keda                       | ScaledObject/presence    | maxReplicaCount: 12
            scaling.min=2                         | HorizontalPodAutoscaler/chat | minReplicas: 2
            scaling.max=40,quota=false            | HorizontalPodAutoscaler/chat | maxReplicas: 40
            scaling.by=keda,scaling.prometheus=http://p:9 | ScaledObject/chat | http://p:9
            resources.cpu=2                       | Deployment/chat          | cpu: '2'
            resources.memory=1Gi                  | Deployment/chat          | limits: {memory: 1Gi}
            config.LIVELINE_EDGE_DRAIN=20s        | ConfigMap/liveline       | LIVELINE_EDGE_DRAIN: 20s
            config.LIVELINE_CHAT_CONNECTIONS=9    | ConfigMap/liveline       | LIVELINE_CHAT_CONNECTIONS: '9'
            monitoring.enabled=true,monitoring.labels.release=p | PodMonitor/liveline | release: p
            monitoring.enabled=true,monitoring.namespace=obs | NetworkPolicy/services-from-prometheus | kubernetes.io/metadata.name: obs
            patches[0].target.kind=Service,patches[0].patch.spec.trafficDistribution=PreferClose | Service/chat | trafficDistribution: PreferClose
            """)
    void everyValueHasItsEffect(String values, String object, String effect) {
        assertThat(text(renderWith(values), object)).contains(effect);
        assertThat(text(Chart.render("liveline"), object)).doesNotContain(effect);
    }

    private static List<Thing> renderWith(String values) {
        return Chart.render("liveline", values.startsWith("config.") ? "--set-string" : "--set", values);
    }

    private static String text(List<Thing> all, String id) {
        DumperOptions options = new DumperOptions();
        options.setWidth(1000);
        return all.stream()
                .filter(thing -> thing.toString().equals(id))
                .map(thing -> new Yaml(options).dump(thing.value()))
                .findFirst()
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "network.policies=false,NetworkPolicy",
        "quota=false,ResourceQuota",
        "priorityClasses=false,PriorityClass",
        "route.kind=none,HTTPRoute"
    })
    void whatIsNotWantedIsNotThere(String value, String kind) {
        assertThat(Chart.render("liveline")).anyMatch(thing -> kind.equals(thing.kind()));
        List<Thing> without = renderWith(value);
        assertThat(without).isNotEmpty().noneMatch(thing -> kind.equals(thing.kind()));
        assertThat(References.problems(without)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth.mode=jtw",
                "auth.addresses={anywhere}",
                "redis.memory=4 GB",
                "route.host=https://a.org",
                "scaling.min=0",
                "scaling.bye=cpu",
                "config.LIVELINE_CHAT_CONNECTIONS=20000",
                "config.liveline=x",
                "replicas=3"
            })
    void wrongValuesAreRefused(String value) {
        Chart.render("liveline");
        assertThatThrownBy(() -> Chart.render("liveline", "--set", value))
                .hasMessageContaining("don't meet the specifications of the schema");
    }

    @Test
    void aChangeOfTheConfigurationIsARollOut() {
        assertThat(checksum("config.LIVELINE_EDGE_DRAIN=9s")).isNotEqualTo(checksum("config.LIVELINE_EDGE_DRAIN=8s"));
        assertThat(checksum("scaling.max=11")).isEqualTo(checksum("scaling.max=10"));
    }

    private static String checksum(String value) {
        return renderWith(value).stream()
                .filter(thing -> thing.is("Deployment", "chat"))
                .map(thing -> thing.text("spec", "template", "metadata", "annotations", "checksum/config"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theReadmeHasEveryValue() throws IOException {
        List<String> lines = new ArrayList<>(List.of("| value | meaning | default |", "|---|---|---|"));
        Thing values = load(VALUES);
        String group = "";
        String meaning = null;
        for (String line : Files.readAllLines(VALUES)) {
            if (line.strip().startsWith("# -- ")) {
                meaning = line.strip().substring("# -- ".length());
            } else if (line.matches("[a-zA-Z]+:.*")) {
                group = line.substring(0, line.indexOf(':'));
            }
            if (meaning != null && line.matches(" *[a-zA-Z]+: .*")) {
                String key = line.strip().substring(0, line.strip().indexOf(':'));
                String path = line.startsWith(" ") ? group + "." + key : key;
                String value = values.at((Object[]) path.split("\\.")).text();
                lines.add("| `" + path + "` | " + meaning + " | " + (value.isEmpty() ? "" : "`" + value + "`") + " |");
                meaning = null;
            }
        }

        assertThat(lines).hasSize(leaves(values).size() + 2);
        assertThat(Files.readString(README)).contains(String.join("\n", lines));
    }

    @Test
    void theSchemaHasEveryValue() throws IOException {
        Thing schema = load(Chart.FOLDER.resolve("values.schema.json"));
        Set<String> known = new TreeSet<>();
        schema.map("properties").forEach((name, one) -> {
            Map<String, Object> inner = new Thing(one).map("properties");
            inner.keySet().forEach(key -> known.add(name + "." + key));
            if (inner.isEmpty()) {
                known.add(name);
            }
        });
        // Helm itself gives it to each chart.
        known.remove("global");

        assertThat(known).isEqualTo(leaves(load(VALUES)));
    }

    private static Set<String> leaves(Thing values) {
        Set<String> names = new TreeSet<>();
        values.map().forEach((name, one) -> {
            Map<String, Object> inner = new Thing(one).map();
            inner.keySet().forEach(key -> names.add(name + "." + key));
            if (inner.isEmpty()) {
                names.add(name);
            }
        });
        return names;
    }

    private static Thing load(Path file) throws IOException {
        Map<String, Object> tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        return new Thing(tree);
    }
}
