using System.Runtime.InteropServices;

namespace Symbio.Security.Gss;

/// <summary>
/// The calls of MIT Kerberos's GSSAPI that an acceptor needs (RFC 2744, RFC 6680 and MIT's extensions). The library is
/// loaded by the first call: who has no key table does not need it.
/// </summary>
internal static unsafe partial class GssApi
{
    /// <summary>Debian: libgssapi-krb5-2.</summary>
    public const string Library = "libgssapi_krb5.so.2";

    /// <summary>GSS_C_INDEFINITE</summary>
    public const uint Indefinite = uint.MaxValue;

    /// <summary>GSS_C_ACCEPT</summary>
    public const int AcceptOnly = 2;

    /// <summary>GSS_S_CONTINUE_NEEDED</summary>
    public const uint ContinueNeeded = 1;

    /// <summary>GSS_C_GSS_CODE and GSS_C_MECH_CODE: which of the two codes is to be put into words.</summary>
    public const int MajorCode = 1, MinorCode = 2;

    private const uint ErrorBits = 0xFFFF_0000;

    /// <summary>GSS_ERROR: calling and routine errors, not the supplementary bits.</summary>
    public static bool IsError(uint major) => (major & ErrorBits) != 0;

    /// <summary>Whether the library is there; what is wrong, if not.</summary>
    public static string? FindProblem()
    {
        if (NativeLibrary.TryLoad(Library, typeof(GssApi).Assembly, null, out nint loaded))
        {
            NativeLibrary.Free(loaded); // The imports load it once more, and for good.
            return null;
        }

        return $"{Library} is not installed (Debian, Ubuntu: libgssapi-krb5-2; Fedora, RHEL: krb5-libs)";
    }

    [LibraryImport(Library, EntryPoint = "gss_acquire_cred_from")]
    public static partial uint AcquireCredentialFrom(
        out uint minor, nint desiredName, uint lifetime, GssOidSet* mechanisms, int usage, GssKeyValueSet* store,
        out nint credential, void** actualMechanisms, uint* actualLifetime);

    [LibraryImport(Library, EntryPoint = "gss_accept_sec_context")]
    public static partial uint AcceptContext(
        out uint minor, ref nint context, SafeGssCredential credential, GssBuffer* input, void* channelBindings,
        out nint sourceName, GssOid** mechanism, GssBuffer* output, out GssFlags flags, out uint lifetime,
        nint* delegatedCredential);

    [LibraryImport(Library, EntryPoint = "gss_inquire_context")]
    public static partial uint InquireContext(
        out uint minor, SafeGssContext context, nint* sourceName, out nint targetName, uint* lifetime, GssOid** mechanism,
        uint* flags, int* locallyInitiated, int* open);

    [LibraryImport(Library, EntryPoint = "gss_inquire_sec_context_by_oid")]
    public static partial uint InquireContextByOid(
        out uint minor, SafeGssContext context, GssOid* oid, out GssBufferSet* data);

    [LibraryImport(Library, EntryPoint = "gss_get_mic")]
    public static partial uint GetMic(
        out uint minor, SafeGssContext context, uint qualityOfProtection, GssBuffer* message, GssBuffer* mic);

    [LibraryImport(Library, EntryPoint = "gss_verify_mic")]
    public static partial uint VerifyMic(
        out uint minor, SafeGssContext context, GssBuffer* message, GssBuffer* mic, uint* qualityOfProtection);

    [LibraryImport(Library, EntryPoint = "gss_display_name")]
    public static partial uint DisplayName(out uint minor, SafeGssName name, GssBuffer* text, GssOid** nameType);

    [LibraryImport(Library, EntryPoint = "gss_get_name_attribute")]
    public static partial uint GetNameAttribute(
        out uint minor, SafeGssName name, GssBuffer* attribute, out int authenticated, out int complete,
        GssBuffer* value, GssBuffer* displayValue, ref int more);

    [LibraryImport(Library, EntryPoint = "gss_display_status")]
    public static partial uint DisplayStatus(
        out uint minor, uint status, int statusType, GssOid* mechanism, ref uint messageContext, GssBuffer* text);

    [LibraryImport(Library, EntryPoint = "gss_release_buffer")]
    public static partial uint ReleaseBuffer(out uint minor, GssBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "gss_release_buffer_set")]
    public static partial uint ReleaseBufferSet(out uint minor, ref GssBufferSet* data);

    [LibraryImport(Library, EntryPoint = "gss_release_cred")]
    public static partial uint ReleaseCredential(out uint minor, ref nint credential);

    [LibraryImport(Library, EntryPoint = "gss_release_name")]
    public static partial uint ReleaseName(out uint minor, ref nint name);

    [LibraryImport(Library, EntryPoint = "gss_delete_sec_context")]
    public static partial uint DeleteContext(out uint minor, ref nint context, nint token);
}
