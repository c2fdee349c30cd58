package io.liveline.bus.quarkus;

import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks of the user and password in {@code quarkus.redis.hosts}. */
class RedisHostsTest {

    @ParameterizedTest
    @ValueSource(strings = {"rediss://secret@host", "redis://secret@host:6379", "redis://u:p@a:1,redis://secret@b:2"})
    void anAmbiguousUserOrPasswordIsRejectedAndNotShown(String hosts) {
        assertThatThrownBy(() -> EventBusProducer.checkUsers(hosts))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("redis://user:password@host")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://host:6379", "rediss://:secret@host", "redis://u:p@a:1,redis://:p@b:2", ""})
    void userWithPasswordPasswordAloneAndNeitherAreAccepted(String hosts) {
        assertThatCode(() -> EventBusProducer.checkUsers(hosts)).doesNotThrowAnyException();
    }
}
