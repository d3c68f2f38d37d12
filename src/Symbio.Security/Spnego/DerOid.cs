using System.Formats.Asn1;

namespace Symbio.Security.Spnego;

/// <summary>The contents of an OBJECT IDENTIFIER, compared as bytes: a peer's are never turned into text.</summary>
internal static class DerOid
{
    public static byte[] Encode(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(oid);
        return writer.Encode()[2..]; // Without tag and length: no OID of a mechanism reaches 128 bytes.
    }
}
