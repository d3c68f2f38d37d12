using System.Formats.Asn1;

namespace Symbio.Security.Spnego;

/// <summary>
/// NegTokenInit, RFC 4178 4.2.1, and the server's NegTokenInit2 with its hints, [MS-SPNG] 2.2.1, which differ after
/// mechToken. With the GSS-API header ([APPLICATION 0] and SPNEGO's OID) around it.
/// </summary>
internal static class NegTokenInit
{
    /// <summary>More mechanisms than anybody offers.</summary>
    public const int MaxMechanisms = 32;

    private const int MechTypesTag = 0;
    private const int ReqFlagsTag = 1;
    private const int MechTokenTag = 2;
    private const int MechListMicTag = 3; // In NegTokenInit2: negHints, and the MIC moves to 4.

    private static readonly byte[] SpnegoOid = DerOid.Encode(MechanismOids.Spnego);

    public ref struct Parsed
    {
        /// <summary>MechTypeList whole, as the peer wrote it: what mechListMIC is made over.</summary>
        public ReadOnlySpan<byte> MechTypes;

        /// <summary>The contents of MechTypeList.</summary>
        public ReadOnlySpan<byte> MechTypesContent;
        public ReadOnlySpan<byte> MechToken;
        public ReadOnlySpan<byte> MechListMic;
    }

    public static bool TryRead(ReadOnlySpan<byte> token, out Parsed parsed)
    {
        parsed = default;
        var reader = new DerReader(token);
        if (!reader.TryRead(DerReader.Application0, out var gss))
            return false;
        reader = new DerReader(gss);
        if (!reader.TryRead(DerReader.ObjectIdentifier, out var oid) || !oid.SequenceEqual(SpnegoOid)
            || !reader.TryRead(DerReader.Context(0), out var choice))
        {
            return false;
        }
        reader = new DerReader(choice);
        if (!reader.TryRead(DerReader.Sequence, out var fields))
            return false;
        reader = new DerReader(fields);
        if (!reader.TryReadExplicit(
                MechTypesTag, DerReader.Sequence, out parsed.MechTypesContent, out parsed.MechTypes)
            || parsed.MechTypesContent.IsEmpty)
        {
            return false;
        }
        if (reader.IsNext(DerReader.Context(ReqFlagsTag)) && !reader.TryRead(DerReader.Context(ReqFlagsTag), out _))
            return false;
        if (!reader.TryReadOptional(MechTokenTag, DerReader.OctetString, out parsed.MechToken))
            return false;
        // The negHints of a server stand here as a SEQUENCE; they say nothing worth reading. Extensions are skipped.
        if (reader.IsNext(DerReader.Context(MechListMicTag)))
        {
            if (!reader.TryRead(DerReader.Context(MechListMicTag), out var micOrHints))
                return false;
            var inner = new DerReader(micOrHints);
            if (inner.IsNext(DerReader.OctetString) && !inner.TryRead(DerReader.OctetString, out parsed.MechListMic))
                return false;
        }
        return true;
    }

    /// <summary>The contents of MechTypeList as OIDs; false when there is something else in it, or too many.</summary>
    public static bool TryReadMechTypes(ReadOnlySpan<byte> mechTypesContent, List<byte[]> oids)
    {
        var reader = new DerReader(mechTypesContent);
        while (!reader.IsEmpty)
        {
            if (!reader.TryRead(DerReader.ObjectIdentifier, out var oid) || oids.Count == MaxMechanisms)
                return false;
            oids.Add(oid.ToArray());
        }
        return oids.Count > 0;
    }

    public static byte[] EncodeMechTypes(IEnumerable<string> oids)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (string oid in oids)
                writer.WriteObjectIdentifier(oid);
        }
        return writer.Encode();
    }

    /// <param name="mechTypes">From <see cref="EncodeMechTypes"/>.</param>
    /// <param name="mechToken">The first mechanism's optimistic token; left out when empty.</param>
    /// <param name="withHints">NegTokenInit2, for the server's NEGOTIATE response.</param>
    public static byte[] Encode(ReadOnlySpan<byte> mechTypes, ReadOnlySpan<byte> mechToken, bool withHints)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence(new Asn1Tag(TagClass.Application, 0)))
        {
            writer.WriteObjectIdentifier(MechanismOids.Spnego);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, MechTypesTag)))
                    writer.WriteEncodedValue(mechTypes);
                if (!mechToken.IsEmpty)
                {
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, MechTokenTag)))
                        writer.WriteOctetString(mechToken);
                }
                if (withHints)
                    WriteHints(writer);
            }
        }
        return writer.Encode();
    }

    /// <summary>NegHints with the hintName that [MS-SPNG] 2.2.1 prescribes: a GeneralString in [0].</summary>
    private static void WriteHints(AsnWriter writer)
    {
        var hint = "not_defined_in_RFC4178@please_ignore"u8;
        const byte generalString = 0x1B;
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, MechListMicTag)))
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            writer.WriteEncodedValue([generalString, (byte)hint.Length, .. hint]);
    }
}
