package io.liveline.services.http;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

import io.liveline.services.support.Service;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of health and metrics: on a separate port that clients never reach, except for all services in one process. */
class ManagementIT {

    private static final Map<String, String> LOCAL = Map.of("liveline.bus.transport", "local");

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aDeployedServiceHasThemOnASeparatePort(String module) throws Exception {
        try (Service service = Service.start(module, LOCAL)) {
            assertThat(service.managementPort()).isNotEqualTo(service.port());
            assertThat(service.process().output()).doesNotContain("WARN");
            for (String path : new String[] {"/q/health/live", "/q/health/ready", "/q/metrics"}) {
                assertThat(status(service.managementPort(), path)).as(path).isEqualTo(200);
                assertThat(status(service.port(), path)).as(path).isEqualTo(404);
            }
            for (String path : new String[] {"/q/metrics/chat", "/q/metrics/index.html", "/q/health/group/chat"}) {
                assertThat(status(service.port(), path)).as(path).isEqualTo(404);
            }
        }
    }

    @Test
    void allServicesInOneProcessHaveThemOnTheirOnlyPortAndNothingBelowThem() throws Exception {
        try (Service suite = Service.start("services", Map.of())) {
            assertThat(suite.managementPort()).isEqualTo(suite.port());
            for (String path : new String[] {"/q/health/live", "/q/health/ready", "/q/metrics"}) {
                assertThat(status(suite.port(), path)).as(path).isEqualTo(200);
            }
            for (String path : new String[] {"/q/metrics/chat", "/q/metrics/index.html", "/q/health/group/chat"}) {
                assertThat(status(suite.port(), path)).as(path).isEqualTo(404);
            }
        }
    }

    private static int status(int port, String path) throws Exception {
        return Service.HTTP
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
