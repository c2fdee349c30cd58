package io.liveline.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.liveline.bench.measure.Machine;
import io.liveline.bench.server.Target;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the documents that are written from reports. */
class DocumentsTest {

    @Test
    void aRunThatFailedIsNamedInTheDocument(@TempDir Path folder) throws IOException {
        JsonObject run = new JsonObject()
                .put("scenario", "chat-rooms")
                .put("target", "uws")
                .put("repeat", 2)
                .put("failed", "does not listen")
                .put("machine", Machine.describe())
                .put("versions", new JsonObject());
        Path reports = Files.writeString(folder.resolve("reports"), run.encode() + "\n");
        SummaryDocument.write(reports, folder.resolve("document"));
        assertThat(folder.resolve("document")).content().contains("**Failed:** uws, run 2: does not listen");
    }

    @Test
    void documentsAreWrittenFromReportsWithAChartOfTargetsThatHaveTheFigure(@TempDir Path folder) throws IOException {
        JsonObject versions = new JsonObject().put("java", "25");
        String lines = String.join(
                "\n",
                report(Target.LIVELINE, 1.0)
                        .put("machine", Machine.describe())
                        .put("versions", versions)
                        .put("load_before", 0.5)
                        .encode(),
                "what a rejected client sent",
                report(Target.UWS, -1.0)
                        .put("versions", versions)
                        .put("load_before", 0.5)
                        .encode());
        Path reports = Files.writeString(folder.resolve("reports"), lines);
        SummaryDocument.write(reports, folder.resolve("document"));
        ScalingDocument.write(reports, folder.resolve("scaling"));
        assertThat(folder.resolve("document"))
                .content()
                .contains("| liveline | 1.00 | 1 | 0.50 |", "bench-chat-rooms.svg");
        assertThat(folder.resolve("images/bench-chat-rooms.svg")).content().contains("width=\"420\"", "width=\"0\"");
        assertThat(folder.resolve("scaling"))
                .content(StandardCharsets.UTF_8)
                .contains("| delivery, µs | 12 | **assumed** |");
    }

    @Test
    void aGoalIsMetByTheMedianOfItsRuns() {
        Goal goal = Goal.ALL.get(2);
        Runs runs = new Runs(List.of(
                report(Target.LIVELINE, 1.0),
                report(Target.LIVELINE, 9.0),
                report(Target.LIVELINE, 1.2),
                report(Target.UWS, 1.0)));
        assertThat(goal.verdict(runs)).endsWith("| 1.20 | met |");
        assertThat(runs.cell("chat-rooms", Target.LIVELINE, "server_cpu.us_per_delivery"))
                .isEqualTo("1.20 (1.00–9.00)");
        assertThat(goal.verdict(new Runs(List.of(report(Target.LIVELINE, 1.4), report(Target.UWS, 1.0)))))
                .endsWith("**missed** |");
    }

    private static JsonObject report(Target target, double cpu) {
        return new JsonObject()
                .put("scenario", "chat-rooms")
                .put("target", target.label())
                .put("figures", new JsonObject().put("server_cpu", new JsonObject().put("us_per_delivery", cpu)));
    }
}
