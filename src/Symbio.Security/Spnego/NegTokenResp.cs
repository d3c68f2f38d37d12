using System.Formats.Asn1;

namespace Symbio.Security.Spnego;

/// <summary>negState of NegTokenResp, RFC 4178 4.2.2.</summary>
internal enum NegState
{
    /// <summary>accept-completed.</summary>
    AcceptCompleted = 0,

    /// <summary>accept-incomplete.</summary>
    AcceptIncomplete = 1,

    /// <summary>reject.</summary>
    Reject = 2,

    /// <summary>request-mic.</summary>
    RequestMic = 3,
}

/// <summary>NegTokenResp, RFC 4178 4.2.2.</summary>
internal static class NegTokenResp
{
    private const int NegStateTag = 0;
    private const int SupportedMechTag = 1;
    private const int ResponseTokenTag = 2;
    private const int MechListMicTag = 3;

    public ref struct Parsed
    {
        public NegState? State;
        public ReadOnlySpan<byte> SupportedMech;
        public ReadOnlySpan<byte> ResponseToken;
        public ReadOnlySpan<byte> MechListMic;
    }

    public static bool TryRead(ReadOnlySpan<byte> token, out Parsed parsed)
    {
        parsed = default;
        var reader = new DerReader(token);
        if (!reader.TryRead(DerReader.Context(1), out var choice))
            return false;
        reader = new DerReader(choice);
        if (!reader.TryRead(DerReader.Sequence, out var fields))
            return false;
        reader = new DerReader(fields);
        if (reader.IsNext(DerReader.Context(NegStateTag)))
        {
            if (!reader.TryReadExplicit(NegStateTag, DerReader.Enumerated, out var state, out _)
                || state.Length != 1 || state[0] > (byte)NegState.RequestMic)
            {
                return false;
            }
            parsed.State = (NegState)state[0];
        }
        return reader.TryReadOptional(
                SupportedMechTag, DerReader.ObjectIdentifier, out parsed.SupportedMech)
            && reader.TryReadOptional(ResponseTokenTag, DerReader.OctetString, out parsed.ResponseToken)
            && reader.TryReadOptional(MechListMicTag, DerReader.OctetString, out parsed.MechListMic);
    }

    public static byte[] Encode(
        NegState? state, string? supportedMech, ReadOnlySpan<byte> responseToken, ReadOnlySpan<byte> mechListMic)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
        using (writer.PushSequence())
        {
            if (state is { } value)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, NegStateTag)))
                    writer.WriteEncodedValue([DerReader.Enumerated, 1, (byte)value]);
            }
            if (supportedMech is not null)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, SupportedMechTag)))
                    writer.WriteObjectIdentifier(supportedMech);
            }
            WriteOctets(writer, ResponseTokenTag, responseToken);
            WriteOctets(writer, MechListMicTag, mechListMic);
        }
        return writer.Encode();
    }

    private static void WriteOctets(AsnWriter writer, int tag, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return;
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag)))
            writer.WriteOctetString(value);
    }
}
