package io.nurs.appliance.collect;

import io.nurs.flow.DataType;
import io.nurs.flow.DecodedTemplate.FieldSpecifier;
import io.nurs.flow.InformationElement;
import java.util.Locale;

/** Lengths that RFC 3954 §8 fixes, where IANA's type would allow shorter or longer ones. */
final class FieldLengths {
    private static final int ANY = 0;

    /** The last type of RFC 3954 §8, MPLS_LABEL_10. For what came later only IANA's registry says what it is. */
    private static final int LAST_OF_NETFLOW9 = 79;

    private static final String IANA_RULE = "IANA's registry, RFC 7011 §6.1, §6.2";

    private FieldLengths() {}

    /** Octets of a field of NetFlow v9; 0 if its length is the template's to say. */
    private static int netflow9(int id) {
        return switch (id) {
            case 4, 5, 6, 9, 13, 29, 30, 33, 35, 38, 39, 46, 48, 49, 55, 60, 61 -> 1;
            case 7, 11, 32, 36, 37, 58, 59 -> 2;
            case 31, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79 -> 3;
            case 8, 12, 15, 18, 21, 22, 34, 47, 50, 64 -> 4;
            case 56, 57 -> 6;
            case 27, 28, 62, 63 -> 16;
            default -> ANY;
        };
    }

    /** "Vendor Proprietary" in RFC 3954 §8: its vendor may give it any length, whatever it means in IANA's registry. */
    private static boolean isVendorsInNetflow9(int id) {
        return switch (id) {
            case 25, 26, 43, 44, 45, 51, 52, 53, 54, 65, 66, 67, 68, 69 -> true;
            default -> false;
        };
    }

    /** Whether a length that IANA's type cannot have is right all the same. */
    static boolean isFree(InformationElement element, int version) {
        return version == Version.NETFLOW9 && element.isIana() && isVendorsInNetflow9(element.id());
    }

    /** Whether RFC 3954 has another length for it. What IANA's type does not allow either, the decoder has reported. */
    static boolean isOddInNetflow9(FieldSpecifier field) {
        int fixed = field.element().isIana() ? netflow9(field.element().id()) : ANY;
        return fixed != ANY
                && field.length() != fixed
                && !field.isVariableLength()
                && field.element().type().allows(field.length());
    }

    static Finding finding(int templateId, InformationElement element, int length, int version) {
        boolean isVariable = length == DataType.VARIABLE_LENGTH;
        return new Finding(
                ComplaintKind.FIELD_LENGTH,
                "template " + templateId + ", " + element,
                "is sent in " + (isVariable ? "a variable length" : length + " octets") + ", and "
                        + expected(element, version),
                version == Version.NETFLOW9 && element.isIana() && element.id() > LAST_OF_NETFLOW9 ? IANA_RULE : null);
    }

    /** Of a field of NetFlow v9 that has a variable length. */
    static Finding variable(int templateId, InformationElement element) {
        return new Finding(
                ComplaintKind.FIELD_LENGTH,
                "template " + templateId + ", " + element,
                "is sent in a variable length (65535), which IPFIX has and version 9 has not; read as IPFIX's");
    }

    private static String expected(InformationElement element, int version) {
        int fixed = version == Version.NETFLOW9 && element.isIana() ? netflow9(element.id()) : ANY;
        DataType type = element.type();
        return fixed != ANY
                ? "version 9 has " + fixed
                : type.name().toLowerCase(Locale.ROOT) + " has " + (type.isInteger() ? "at most " : "")
                        + type.defaultLength();
    }
}
