package io.liveline.edge.auth;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AuthenticatorTest {

    @Test
    void guestsMayComeInProductionOnlyWhenSomebodySaidSo() {
        String message = assertThrows(
                        ConfigurationException.class, () -> Authenticator.checkGuestsMayCome(false, LaunchMode.NORMAL))
                .getMessage();
        assertTrue(message.contains("liveline.edge.anyone-may-claim-any-name=true"), message);
        Authenticator.checkGuestsMayCome(true, LaunchMode.NORMAL);
        Authenticator.checkGuestsMayCome(false, LaunchMode.DEVELOPMENT);
        Authenticator.checkGuestsMayCome(false, LaunchMode.TEST);
    }
}
