package io.liveline.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.liveline.testing.LimitedRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.liveline.testing.LimitedRedis.OPERATOR_PASSWORD;
import static io.liveline.testing.LimitedRedis.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

/** Permissions of each Redis user of the manifests, checked on a running server; the services need all of theirs. */
class RedisUsersTest {

    /** Commands that the client uses to open and keep a connection. */
    private static final Set<String> OF_THE_CLIENT = Set.of("hello", "auth", "ping");

    private static final Pattern IN_SCRIPTS = Pattern.compile("redis\\.p?call\\(\\s*'([A-Za-z]+)'");
    private static final Pattern IN_JAVA = Pattern.compile("\\bCommand\\.([A-Z]+)\\b");

    private static LimitedRedis redis;

    @BeforeAll
    static void start() {
        redis = LimitedRedis.start(Path.of("base", "redis"));
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void theServicesMayUseExactlyTheCommandsThatTheyUse() throws IOException {
        Set<String> used = new TreeSet<>(OF_THE_CLIENT);
        for (String module : List.of("event-bus", "chat-service", "dashboard-service", "presence-service")) {
            used.addAll(found(Path.of("..", module, "src", "main"), ".lua", IN_SCRIPTS));
            used.addAll(found(Path.of("..", module, "src", "main"), ".java", IN_JAVA));
        }

        assertThat(allowed(Path.of("base", "redis", "users.acl")).stream().map(RedisUsersTest::command))
                .containsExactlyInAnyOrderElementsOf(used);
    }

    @Test
    void theDocumentationListsTheSameCommands() throws IOException {
        assertThat(allowed(Path.of("..", "docs", "security.md")))
                .containsExactlyInAnyOrderElementsOf(allowed(Path.of("base", "redis", "users.acl")));
    }

    @Test
    void theServicesMayUseTheirOwnKeysAndChannelsOnly() {
        assertThat(liveline("SET", "ll:{a}:head", "1")).isEqualTo("+OK");
        assertThat(liveline("SET", "other", "1")).startsWith("-NOPERM");
        assertThat(liveline("EVAL", "return redis.call('GET', KEYS[1])", "1", "other"))
                .startsWith("-");
        assertThat(liveline("PUBLISH", "ll:{a}", "1")).startsWith(":");
        assertThat(liveline("PUBLISH", "other", "1")).startsWith("-NOPERM");
        assertThat(liveline("SUBSCRIBE", "other")).startsWith("-NOPERM");
        assertThat(liveline("SPUBLISH", "ll:{a}", "1")).startsWith(":");
        assertThat(liveline("SPUBLISH", "other", "1")).startsWith("-NOPERM");
        assertThat(liveline("SSUBSCRIBE", "other")).startsWith("-NOPERM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FLUSHALL",
                "FLUSHDB",
                "KEYS *",
                "CONFIG GET dir",
                "SHUTDOWN",
                "ACL LIST",
                "SCRIPT FLUSH",
                "MONITOR",
                "REPLICAOF NO ONE",
                "SAVE",
                "CLIENT LIST",
                "SCAN 0",
                "FUNCTION LIST",
                "CLUSTER RESET",
                "CLUSTER NODES"
            })
    void theServicesMayNotUseDangerousCommands(String command) {
        assertThat(liveline(command.split(" "))).startsWith("-NOPERM");
    }

    @Test
    void onlyTheProbeNeedsNoPasswordAndItMayOnlyPing() {
        assertThat(redis.command(null, null, "PING")).startsWith("-NOAUTH");
        assertThat(redis.command(null, null, "GET", "ll:{a}:head")).startsWith("-NOAUTH");
        assertThat(redis.command("default", "", "PING")).startsWith("-WRONGPASS");
        assertThat(redis.command("liveline", "wrong", "PING")).startsWith("-WRONGPASS");
        assertThat(redis.command("probe", "-", "PING")).isEqualTo("+PONG");
        assertThat(redis.command("probe", "-", "GET", "ll:{a}:head")).startsWith("-NOPERM");
        assertThat(redis.command("probe", "-", "INFO")).startsWith("-NOPERM");
    }

    @Test
    void writesOfAScriptSurviveARestart() {
        String script = "redis.call('SET', KEYS[1], ARGV[1]) redis.call('HSET', KEYS[2], 'a', ARGV[1]) "
                + "redis.call('PEXPIRE', KEYS[2], 600000) redis.call('XADD', KEYS[3], 'MAXLEN', 9, '*', 'a', ARGV[1])";
        assertThat(liveline("EVAL", script, "3", "ll:{r}:head", "ll:{r}:hash", "ll:{r}:log", "value"))
                .doesNotStartWith("-");

        redis.killAndRestart();

        assertThat(liveline("HEXISTS", "ll:{r}:hash", "a")).isEqualTo(":1");
        assertThat(liveline("DEL", "ll:{r}:head")).isEqualTo(":1");
        assertThat(operator("XLEN", "ll:{r}:log")).isEqualTo(":1");
    }

    @Test
    void theOperatorMayInspectAndBackUpButNotChangeData() {
        assertThat(operator("INFO")).startsWith("$");
        assertThat(operator("BGREWRITEAOF")).doesNotStartWith("-NOPERM");
        assertThat(operator("CONFIG", "SET", "auto-aof-rewrite-percentage", "100"))
                .isEqualTo("+OK");
        assertThat(operator("XLEN", "ll:{a}:log")).startsWith(":");
        assertThat(operator("SET", "ll:{a}:head", "1")).startsWith("-NOPERM");
        assertThat(operator("FLUSHALL")).startsWith("-NOPERM");
        assertThat(operator("CONFIG", "REWRITE")).startsWith("-NOPERM");
    }

    private static String liveline(String... words) {
        return redis.command("liveline", PASSWORD, words);
    }

    private static String operator(String... words) {
        return redis.command("operator", OPERATOR_PASSWORD, words);
    }

    /** Returns the commands that the services' user may use. */
    private static List<String> allowed(Path file) throws IOException {
        String rules = Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("user liveline "))
                .findFirst()
                .orElseThrow();
        return Arrays.stream(rules.split(" "))
                .filter(rule -> rule.startsWith("+"))
                .map(rule -> rule.substring(1))
                .toList();
    }

    /** Returns the command of a rule, without the subcommand. */
    private static String command(String rule) {
        return rule.split("\\|")[0];
    }

    private static Set<String> found(Path tree, String end, Pattern pattern) {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(file -> file.toString().endsWith(end))
                    .flatMap(file -> pattern.matcher(text(file)).results())
                    .map(match -> match.group(1).toLowerCase())
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
