package io.nurs.appliance.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptsTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.1.31,10.0.2.0,true",
        "10.0.0.1,0:0:a00:1::,true",
        "2001:db8:0:1::1,2001:db8:0:2::1,true",
        "2001:db8:0:1::1,2001:db8:0:1::2,false"
    })
    void whoGuessesHoldsUpNobodyButHisNetwork(String guesses, String another, boolean mayTry) {
        Attempts attempts = new Attempts();
        InetAddress from = InetAddress.ofLiteral(guesses);
        for (int i = 0; i < Attempts.MAX_FAILURES; i++) {
            attempts.begin(from, 0);
        }
        assertFalse(attempts.begin(from, 0));
        assertEquals(mayTry, attempts.begin(InetAddress.ofLiteral(another), 0));
    }
}
