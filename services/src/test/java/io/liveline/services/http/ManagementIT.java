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

    @ParameterizedTest
    @ValueSource(strings = {"dashboard-service", "services"})
    void scrapersGetTheFormatThatTheyAcceptHoweverTheyNameIt(String module) throws Exception {
        try (Service service = Service.start(module, LOCAL)) {
            for (String accept : new String[] {
                "application/openmetrics-text",
                "application/openmetrics-text; version=1.0.0",
                "application/openmetrics-text;version=1.0.0;q=0.5, application/openmetrics-text;version=0.0.1;q=0.4",
                "Application/OpenMetrics-Text; version=1.0.0; charset=utf-8"
            }) {
                HttpResponse<String> answer = metrics(service.managementPort(), accept);
                assertThat(answer.statusCode()).as(accept).isEqualTo(200);
                assertThat(answer.headers().firstValue("Content-Type"))
                        .as(accept)
                        .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
                assertThat(answer.body())
                        .as(accept)
                        .contains("liveline_bus_live")
                        .endsWith("# EOF\n");
            }
            assertThat(metrics(service.managementPort(), "text/plain").headers().firstValue("Content-Type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
            assertThat(metrics(service.managementPort(), "image/png").statusCode())
                    .isEqualTo(406);
        }
    }

    private static HttpResponse<String> metrics(int port, String accept) throws Exception {
        return Service.HTTP.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/q/metrics"))
                        .header("Accept", accept)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
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
