package io.liveline.edge;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class IdentityTest {

    @Test
    void guestsMayComeInProductionOnlyWhenSomebodySaidSo() {
        String message = assertThrows(
                        ConfigurationException.class, () -> Identity.checkGuestsMayCome(false, LaunchMode.NORMAL))
                .getMessage();
        assertTrue(message.contains("liveline.edge.anyone-may-claim-any-name=true"), message);
        Identity.checkGuestsMayCome(true, LaunchMode.NORMAL);
        Identity.checkGuestsMayCome(false, LaunchMode.DEVELOPMENT);
        Identity.checkGuestsMayCome(false, LaunchMode.TEST);
    }
}
