using System.Net;
using System.Security.Cryptography;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Ntlm;

namespace Symbio.Identity;

/// <summary>What a <see cref="LocalAuthority"/> is made with.</summary>
public sealed record LocalAuthorityOptions
{
    /// <summary>The server's name: the domain of its local users.</summary>
    public string ServerName { get; init; } = "SYMBIO";

    /// <summary>Unknown users become guests.</summary>
    public bool AllowGuest { get; init; }

    /// <summary>The Unix account of guests, without which there are none; null: the service's own.</summary>
    public string? GuestUnixAccount { get; init; } = "nobody";

    public IUnixAccounts UnixAccounts { get; init; } = Identity.UnixAccounts.Instance;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>Local users as the accounts that a server believes. Thread-safe.</summary>
/// <remarks>
/// Any domain that a client gives is taken: there is one set of accounts here, and clients name their own machine, the
/// server, a workgroup or nothing. An unknown user costs the same work as a known one and gets the same answer.
/// </remarks>
public sealed class LocalAuthority : IAccountAuthority
{
    private readonly ILocalDomainSource _source;
    private readonly LocalAuthorityOptions _options;
    private readonly LogonDelay _delay;
    private readonly LocalTokens _tokens;
    private readonly LocalNames _names;
    private volatile bool _allowGuest;
    private readonly byte[] _nobodysHash = RandomNumberGenerator.GetBytes(NtlmHash.Size);

    public LocalAuthority(ILocalDomainSource source, LocalAuthorityOptions? options = null)
    {
        _source = source;
        _options = options ?? new LocalAuthorityOptions();
        _delay = new LogonDelay(_options.TimeProvider);
        _tokens = new LocalTokens(_options);
        _names = new LocalNames(source, _options);
        _allowGuest = _options.AllowGuest;
    }

    /// <summary>Unknown users become guests; may change at any time.</summary>
    public bool AllowGuest
    {
        get => _allowGuest;
        set => _allowGuest = value;
    }

    /// <inheritdoc/>
    public Sid DomainSid => _source.Current.Sid;

    /// <inheritdoc/>
    public LogonIdentity? Guest => AllowGuest ? _tokens.Guest(_source.Current, out _) : null;

    /// <inheritdoc/>
    public INtlmVerifier ForPeer(IPAddress? address) => new PeerVerifier(this, address);

    /// <inheritdoc/>
    public ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken) =>
        VerifyAsync(logon, address: null, cancellationToken);

    /// <inheritdoc/>
    public bool TryLookupName(string name, out AccountName account) => _names.TryLookup(name, out account);

    /// <inheritdoc/>
    public bool TryLookupSid(Sid sid, out AccountName account) => _names.TryLookup(sid, out account);

    private async ValueTask<NtlmVerification> VerifyAsync(
        NtlmLogon logon, IPAddress? address, CancellationToken cancellationToken)
    {
        var wait = _delay.Reserve(logon.UserName, address);
        if (wait != TimeSpan.Zero)
            await Task.Delay(wait ?? LogonDelay.MaxWait, _options.TimeProvider, cancellationToken);
        if (wait is null)
            return new NtlmVerification(NtStatus.LogonFailure);

        var domain = _source.Current;
        var verification = Verify(domain, logon, domain.FindUser(logon.UserName));
        if (verification.Status == NtStatus.Success && !verification.IsGuest)
            _delay.Succeeded(logon.UserName, address);
        else if (verification.Status == NtStatus.LogonFailure)
            _delay.Failed(logon.UserName, address);
        return verification;
    }

    private NtlmVerification Verify(LocalDomain domain, NtlmLogon logon, LocalUser? user)
    {
        using var hash = new NtlmHash(user is null ? _nobodysHash : user.NtHash.Span);
        var key = NtlmV2.TryVerify(hash, logon);
        if (user is null && AllowGuest)
        {
            key?.Dispose();
            return _tokens.Guest(domain, out string? noGuest) is { } guest
                ? new NtlmVerification(NtStatus.Success, IsGuest: true, Identity: guest)
                : new NtlmVerification(NtStatus.AccountRestriction, Reason: noGuest);
        }
        if (key is null || user is null)
        {
            key?.Dispose();
            return new NtlmVerification(NtStatus.LogonFailure);
        }
        if (user.Disabled) // Said only to who knows the password.
        {
            key.Dispose();
            return new NtlmVerification(NtStatus.AccountDisabled);
        }
        if (_tokens.Identity(domain, user, out string? problem) is { } identity)
            return new NtlmVerification(NtStatus.Success, key, Identity: identity);
        key.Dispose();
        return new NtlmVerification(NtStatus.AccountRestriction, Reason: problem);
    }

    private sealed class PeerVerifier(LocalAuthority authority, IPAddress? address) : INtlmVerifier
    {
        public ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken) =>
            authority.VerifyAsync(logon, address, cancellationToken);
    }
}
