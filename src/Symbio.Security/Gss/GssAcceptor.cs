using System.Security.Cryptography;
using System.Text;
using Symbio.Protocol;
using Symbio.Security.KeyDerivation;

namespace Symbio.Security.Gss;

/// <summary>The outcome of one call of GSS_Accept_sec_context.</summary>
/// <param name="Status">Success, or what to tell the client.</param>
/// <param name="Reason">Why it failed, for the log.</param>
internal readonly record struct GssOutcome(NtStatus Status, byte[] Token, string? Reason = null);

/// <summary>One GSSAPI acceptor context, and what can be asked of it. Its calls may block on files.</summary>
internal sealed unsafe class GssAcceptor : IDisposable
{
    // Larger than a PAC in a token of ours can be.
    private const int MaxPacSize = 1 << 17;

    private SafeGssContext? _context;
    private SafeGssName? _client;
    private uint _lifetime;
    private DateTimeOffset _accepted;

    public GssFlags Flags { get; private set; }

    public string ClientPrincipal { get; private set; } = "";

    public string ServicePrincipal { get; private set; } = "";

    private SafeGssContext Context => _context ?? throw new InvalidOperationException("The context is not established.");

    public GssOutcome Accept(KerberosOptions options, ReadOnlySpan<byte> token)
    {
        uint major = Acquire(options, out uint minor, out nint found);
        if (GssApi.IsError(major))
            return Failed(major, minor);
        using var credential = new SafeGssCredential(found);
        using ContextUse use = new(_context);
        nint before = use.Handle;
        nint context = before;
        GssBuffer output = default;
        nint client;
        GssFlags flags;
        fixed (byte* bytes = token)
        {
            var input = new GssBuffer { Length = (nuint)token.Length, Value = bytes };
            major = GssApi.AcceptContext(
                out minor, ref context, credential, &input, null, out client, null, &output, out flags, out _lifetime, null);
        }

        _accepted = options.Time.GetUtcNow();
        byte[] answer = Take(ref output);
        if (context != before)
        {
            _context?.SetHandleAsInvalid(); // The library has freed it, or made another of it.
            _context = context == 0 ? null : new SafeGssContext(context);
        }

        var name = new SafeGssName(client);
        if (GssApi.IsError(major))
        {
            name.Dispose();
            return Failed(major, minor) with { Token = answer };
        }

        if ((major & GssApi.ContinueNeeded) != 0)
        {
            name.Dispose();
            return new GssOutcome(NtStatus.LogonFailure, []) { Reason = "an exchange of more than one message" };
        }

        _client = name;
        Flags = flags;
        ClientPrincipal = Display(name);
        ServicePrincipal = FindServicePrincipal();
        return new GssOutcome(NtStatus.Success, answer);
    }

    /// <summary>When the ticket ends, to the second; null for never.</summary>
    public DateTimeOffset? GetEndTime() => _lifetime == GssApi.Indefinite
        ? null
        : DateTimeOffset.FromUnixTimeSeconds(_accepted.ToUnixTimeSeconds() + _lifetime - Krb5Profile.ReadClockSkew());

    /// <summary>
    /// The key that both sides share. A copy the caller owns; null when the mechanism has none to give.
    /// </summary>
    public SecretKey? GetSessionKey()
    {
        GssBufferSet* data = null;
        uint major;
        fixed (byte* bytes = KerberosOid.SessionKey)
        {
            var oid = new GssOid { Length = (uint)KerberosOid.SessionKey.Length, Elements = bytes };
            major = GssApi.InquireContextByOid(out _, Context, &oid, out data);
        }

        try
        {
            if (GssApi.IsError(major) || data is null || data->Count == 0 || data->Elements[0].Span.IsEmpty)
                return null;
            var native = new Span<byte>(data->Elements[0].Value, (int)data->Elements[0].Length);
            var key = new SecretKey(native);
            CryptographicOperations.ZeroMemory(native);
            return key;
        }
        finally
        {
            if (data is not null)
                GssApi.ReleaseBufferSet(out _, ref data);
        }
    }

    /// <summary>The PAC whose signature by our key is right; empty when there is none.</summary>
    public byte[] GetPac()
    {
        if (_client is null)
            return [];
        GssBuffer value = default;
        GssBuffer display = default;
        int more = -1;
        uint major;
        int authenticated;
        fixed (byte* bytes = "urn:mspac:"u8)
        {
            var attribute = new GssBuffer { Length = 10, Value = bytes };
            major = GssApi.GetNameAttribute(
                out _, _client, &attribute, out authenticated, out _, &value, &display, ref more);
        }

        bool usable = !GssApi.IsError(major) && authenticated != 0 && value.Length <= MaxPacSize;
        byte[] pac = usable ? value.Span.ToArray() : [];
        GssApi.ReleaseBuffer(out _, &value);
        GssApi.ReleaseBuffer(out _, &display);
        return pac;
    }

    /// <summary>GSS_GetMIC</summary>
    /// <exception cref="InvalidOperationException">The context cannot: there is none, or it has expired.</exception>
    public byte[] GetMic(ReadOnlySpan<byte> message)
    {
        GssBuffer mic = default;
        fixed (byte* bytes = message)
        {
            var input = new GssBuffer { Length = (nuint)message.Length, Value = bytes };
            uint major = GssApi.GetMic(out uint minor, Context, 0, &input, &mic);
            if (GssApi.IsError(major))
                throw new InvalidOperationException(GssStatus.Describe(major, minor));
        }

        return Take(ref mic);
    }

    /// <summary>GSS_VerifyMIC</summary>
    public bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic)
    {
        fixed (byte* messageBytes = message)
        fixed (byte* micBytes = mic)
        {
            var input = new GssBuffer { Length = (nuint)message.Length, Value = messageBytes };
            var signature = new GssBuffer { Length = (nuint)mic.Length, Value = micBytes };
            return GssApi.VerifyMic(out _, Context, &input, &signature, null) == 0; // Supplementary bits are a replay.
        }
    }

    public void Dispose()
    {
        _context?.Dispose();
        _client?.Dispose();
    }

    // The credential is made anew for each exchange: that is what reads the key table again.
    private static uint Acquire(KerberosOptions options, out uint minor, out nint credential)
    {
        byte[] keytab = NulTerminated("FILE:" + Path.GetFullPath(options.Keytab));
        byte[] cache = NulTerminated(options.ReplayCache is null ? "dfl:" : "file2:" + Path.GetFullPath(options.ReplayCache));
        fixed (byte* kerberos = KerberosOid.Bytes)
        fixed (byte* keytabKey = "keytab\0"u8, keytabValue = keytab, cacheKey = "rcache\0"u8, cacheValue = cache)
        {
            GssKeyValue* pairs = stackalloc GssKeyValue[2];
            pairs[0] = new GssKeyValue { Key = keytabKey, Value = keytabValue };
            pairs[1] = new GssKeyValue { Key = cacheKey, Value = cacheValue };
            var store = new GssKeyValueSet { Count = 2, Elements = pairs };

            // Kerberos and nothing else: the library knows SPNEGO as well, and what is plugged into it.
            var oid = new GssOid { Length = (uint)KerberosOid.Bytes.Length, Elements = kerberos };
            var mechanisms = new GssOidSet { Count = 1, Elements = &oid };
            return GssApi.AcquireCredentialFrom(
                out minor, 0, GssApi.Indefinite, &mechanisms, GssApi.AcceptOnly, &store, out credential, null, null);
        }
    }

    private static byte[] NulTerminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static GssOutcome Failed(uint major, uint minor) =>
        new(GssStatus.ToNtStatus(minor), [], GssStatus.Describe(major, minor));

    private string FindServicePrincipal()
    {
        uint major = GssApi.InquireContext(out _, Context, null, out nint target, null, null, null, null, null);
        using var name = new SafeGssName(target);
        return GssApi.IsError(major) || name.IsInvalid ? "" : Display(name);
    }

    private static string Display(SafeGssName name)
    {
        GssBuffer text = default;
        return GssApi.IsError(GssApi.DisplayName(out _, name, &text, null)) ? "" : Encoding.UTF8.GetString(Take(ref text));
    }

    private static byte[] Take(ref GssBuffer buffer)
    {
        byte[] bytes = buffer.Span.ToArray();
        fixed (GssBuffer* native = &buffer)
            GssApi.ReleaseBuffer(out _, native);
        return bytes;
    }

    /// <summary>Keeps a context from being freed while the library works on it.</summary>
    private readonly ref struct ContextUse : IDisposable
    {
        private readonly SafeGssContext? _context;

        public ContextUse(SafeGssContext? context)
        {
            if (context is null)
                return;
            bool added = false;
            context.DangerousAddRef(ref added);
            _context = context;
            Handle = context.DangerousGetHandle();
        }

        public nint Handle { get; }

        public void Dispose() => _context?.DangerousRelease();
    }
}
