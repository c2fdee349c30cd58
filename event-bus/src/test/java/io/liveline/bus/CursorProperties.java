package io.liveline.bus;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.LowerChars;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CursorProperties {

    @Property
    void everyCursorIsParsedFromItsText(
            @ForAll @LowerChars @NumericChars @StringLength(min = 1, max = 16) String epoch,
            @ForAll @LongRange(min = 0, max = Cursor.MAX_OFFSET) long offset) {
        Cursor cursor = new Cursor(epoch, offset);
        assertThat(Cursor.parse(cursor.toString())).isEqualTo(cursor);
    }

    @Property
    void anyOtherTextIsRejected(@ForAll @StringLength(max = 40) String text) {
        try {
            assertThat(Cursor.parse(text)).hasToString(text);
        } catch (IllegalArgumentException rejected) {
            assertThat(rejected).hasMessageContaining("not a cursor").isNotInstanceOf(NumberFormatException.class);
        }
    }

    @Example
    void offsetsThatRedisCannotCountAreRejected() {
        assertThat(Cursor.parse("a-9007199254740991").offset()).isEqualTo(Cursor.MAX_OFFSET);
        for (String text :
                new String[] {"a-9007199254740992", "a-9999999999999999", "a--1", "a-01", "A-1", "-1", "a-"}) {
            assertThatThrownBy(() -> Cursor.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
