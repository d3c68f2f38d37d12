using System.Runtime.InteropServices;

namespace Symbio.Security.Gss;

/// <summary>gss_buffer_desc, RFC 2744 3.2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GssBuffer
{
    public nuint Length;
    public byte* Value;

    public readonly ReadOnlySpan<byte> Span => Value is null ? default : new ReadOnlySpan<byte>(Value, checked((int)Length));
}

/// <summary>gss_OID_desc, RFC 2744 3.3: the contents of an OBJECT IDENTIFIER, without tag and length.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GssOid
{
    public uint Length;
    public byte* Elements;
}

/// <summary>gss_OID_set_desc, RFC 2744 3.3.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GssOidSet
{
    public nuint Count;
    public GssOid* Elements;
}

/// <summary>gss_buffer_set_desc (GGF GFD.24).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GssBufferSet
{
    public nuint Count;
    public GssBuffer* Elements;
}

/// <summary>gss_key_value_element_desc: one line of a credential store.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GssKeyValue
{
    public byte* Key;
    public byte* Value;
}

/// <summary>gss_key_value_set_desc: a credential store, which says where credentials are without environment variables.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GssKeyValueSet
{
    public uint Count;
    public GssKeyValue* Elements;
}

/// <summary>req_flags and ret_flags, RFC 2744 appendix A.</summary>
[Flags]
internal enum GssFlags : uint
{
    /// <summary>GSS_C_INTEG_FLAG</summary>
    Integrity = 0x20,

    /// <summary>GSS_C_ANON_FLAG</summary>
    Anonymous = 0x40,
}

/// <summary>A gss_cred_id_t.</summary>
internal sealed class SafeGssCredential(nint value) : SafeHandle(value, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        GssApi.ReleaseCredential(out _, ref handle);
        return true;
    }
}

/// <summary>A gss_name_t.</summary>
internal sealed class SafeGssName(nint value) : SafeHandle(value, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        GssApi.ReleaseName(out _, ref handle);
        return true;
    }
}

/// <summary>A gss_ctx_id_t.</summary>
internal sealed class SafeGssContext(nint value) : SafeHandle(value, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        GssApi.DeleteContext(out _, ref handle, 0);
        return true;
    }
}
