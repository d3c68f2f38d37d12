using System.Text;
using Symbio.Protocol;

namespace Symbio.Security.Gss;

/// <summary>What a GSSAPI call answered, in words for a log and as a status for the client.</summary>
internal static unsafe class GssStatus
{
    // KRB5KRB_AP_ERR_SKEW, KRB_AP_ERR_SKEW of RFC 4120 7.5.9 in MIT's table of errors.
    private const uint ClockSkew = unchecked((uint)-1765328347);

    // What MIT says of a minor status that is one but says nothing, as of malformed tokens.
    private const string NoDetail = "Success";

    // A status has a few lines at most.
    private const int MaxLines = 4;

    /// <summary>The client's clock being wrong is said to it, as nothing else explains itself less; the rest is one answer.</summary>
    public static NtStatus ToNtStatus(uint minor) =>
        minor == ClockSkew ? NtStatus.TimeDifferenceAtDc : NtStatus.LogonFailure;

    /// <summary>What MIT says of a failure. A part of it may be the client's text (names of principals).</summary>
    public static string Describe(uint major, uint minor)
    {
        string general = Lines(major, GssApi.MajorCode);
        string detail = minor == 0 ? "" : Lines(minor, GssApi.MinorCode);
        string text = detail.Length > 0 && detail != NoDetail ? detail : general;
        return minor == ClockSkew ? text + ": compare this machine's clock with the client's" : text;
    }

    private static string Lines(uint status, int type)
    {
        var text = new StringBuilder();
        uint more = 0;
        fixed (byte* bytes = KerberosOid.Bytes)
        {
            var oid = new GssOid { Length = (uint)KerberosOid.Bytes.Length, Elements = bytes };
            for (int line = 0; line < MaxLines; line++)
            {
                GssBuffer buffer = default;
                if (GssApi.IsError(GssApi.DisplayStatus(out _, status, type, &oid, ref more, &buffer)))
                    break;
                if (text.Length > 0)
                    text.Append("; ");
                text.Append(Encoding.UTF8.GetString(buffer.Span));
                GssApi.ReleaseBuffer(out _, &buffer);
                if (more == 0)
                    break;
            }
        }

        return text.ToString();
    }
}
