package io.nurs.netflow5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nurs.netflow9.Golden;
import io.nurs.netflow9.Pcap;
import io.nurs.netflow9.RequiredTool;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What tshark reads in the golden datagram, which the encoder is held to octet by octet. */
@Timeout(60)
class ForeignReaderTest {
    @TempDir
    Path directory;

    @Test
    void tsharkReadsEveryFieldOfTheGoldenDatagram() throws Exception {
        assertEquals(
                "5|2|60.500000000|1700000061|3|1|2|2|100|192.0.2.10,192.0.2.10|198.51.100.20,198.51.100.20|3,0|65535,0"
                        + "|890,4294967295|1234567,4294967295|58.250000000,58.500000000|59.600000000,58.500000000"
                        + "|40000,0|443,2048|6,1|",
                fields(
                        "cflow.version",
                        "cflow.count",
                        "cflow.sysuptime",
                        "cflow.unix_secs",
                        "cflow.sequence",
                        "cflow.engine_type",
                        "cflow.engine_id",
                        "cflow.samplingmode",
                        "cflow.samplerate",
                        "cflow.srcaddr",
                        "cflow.dstaddr",
                        "cflow.inputint",
                        "cflow.outputint",
                        "cflow.packets",
                        "cflow.octets",
                        "cflow.timestart",
                        "cflow.timeend",
                        "cflow.srcport",
                        "cflow.dstport",
                        "cflow.protocol",
                        "_ws.expert"));
    }

    private String fields(String... names) throws Exception {
        Path capture =
                Pcap.write(directory.resolve("golden.pcap"), List.of(Golden.datagram("/io/nurs/netflow5/two.hex")));
        String options =
                "-n -d udp.port==" + Pcap.PORT + ",cflow -T fields -E separator=| -E aggregator=, -r " + capture;
        String output =
                RequiredTool.named("tshark").run((options + " -e " + String.join(" -e ", names)).split(" ", -1));
        return output.lines().filter(line -> line.contains("|")).findFirst().orElse("");
    }
}
