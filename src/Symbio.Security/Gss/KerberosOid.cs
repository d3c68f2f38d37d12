namespace Symbio.Security.Gss;

/// <summary>Object identifiers as GSSAPI takes them: contents only.</summary>
internal static class KerberosOid
{
    /// <summary>1.2.840.113554.1.2.2, RFC 4121 section 1.</summary>
    public static ReadOnlySpan<byte> Bytes => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02];

    /// <summary>1.2.840.48018.1.2.2, see <see cref="Spnego.MechanismOids.MicrosoftKerberos"/>.</summary>
    public static ReadOnlySpan<byte> MicrosoftBytes => [0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 0x01, 0x02, 0x02];

    /// <summary>GSS_C_INQ_SSPI_SESSION_KEY, 1.2.840.113554.1.2.2.5.5.</summary>
    public static ReadOnlySpan<byte> SessionKey => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02, 0x05, 0x05];
}
