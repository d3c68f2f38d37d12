using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Symbio.Protocol;
using Symbio.Security.Spnego;

namespace Symbio.Security.Ntlm;

/// <summary>Who a client logs on as.</summary>
/// <param name="UserName">Empty for an anonymous logon.</param>
/// <param name="DomainName">The account's domain; may be empty.</param>
/// <param name="Hash">Of the password; the caller keeps it. Null for an anonymous logon.</param>
public sealed record NtlmCredential(string UserName, string DomainName, NtlmHash? Hash)
{
    public static NtlmCredential Anonymous { get; } = new("", "", null);
}

/// <summary>What a client tells of itself and of whom it means to reach.</summary>
public sealed record NtlmClientOptions
{
    public string Workstation { get; init; } = "";

    /// <summary>MsvAvTargetName, such as "cifs/server.example.org"; sent when not empty.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>MsvAvChannelBindings, 16 bytes; zeros ("none") when empty.</summary>
    public ReadOnlyMemory<byte> ChannelBindings { get; init; }

    /// <summary>The flags offered.</summary>
    public NegotiateFlags Flags { get; init; } =
        NegotiateFlags.Unicode | NegotiateFlags.RequestTarget | NegotiateFlags.Sign | NegotiateFlags.Seal
        | NegotiateFlags.Ntlm | NegotiateFlags.AlwaysSign | NegotiateFlags.ExtendedSessionSecurity
        | NegotiateFlags.Version | NegotiateFlags.Negotiate128 | NegotiateFlags.KeyExchange
        | NegotiateFlags.Negotiate56;
}

/// <summary>The client's half of NTLM, [MS-NLMP] 3.1, with NTLMv2 responses.</summary>
public sealed class NtlmInitiator : NtlmContext
{
    private const int LmResponseSize = 24;

    private readonly NtlmCredential _credential;
    private readonly NtlmClientOptions _options;
    private readonly TimeProvider _time;
    private readonly RandomNumberSource _random;
    private byte[]? _negotiate;

    public NtlmInitiator(
        NtlmCredential credential, NtlmClientOptions options, TimeProvider time, RandomNumberSource random)
    {
        if (credential.UserName.Length > 0 && credential.Hash is null)
            throw new ArgumentException("A user logs on with a password's hash.", nameof(credential));
        _credential = credential;
        _options = options;
        _time = time;
        _random = random;
    }

    public override ValueTask<SecurityStep> StepAsync(
        ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        if (_negotiate is null)
        {
            _negotiate = new NegotiateMessage(_options.Flags).ToArray();
            return new(new SecurityStep(NtStatus.MoreProcessingRequired, _negotiate));
        }
        return new(IsEstablished ? SecurityStep.Finish(NtStatus.InvalidParameter) : Authenticate(token));
    }

    /// <summary>Receiving a CHALLENGE_MESSAGE, [MS-NLMP] 3.1.5.1.2.</summary>
    private SecurityStep Authenticate(ReadOnlyMemory<byte> token)
    {
        if (!ChallengeMessage.TryRead(token, out var challenge) || !challenge.Flags.HasFlag(NegotiateFlags.Unicode)
            || (!challenge.TargetInfo.IsEmpty && !new AvPairs(challenge.TargetInfo).IsWellFormed))
        {
            return SecurityStep.Finish(NtStatus.InvalidParameter);
        }
        var flags = challenge.Flags & (_options.Flags | NegotiateFlags.TargetInfo);
        Span<byte> key = stackalloc byte[KeySize];
        key.Clear();
        byte[] ntResponse = [], lmResponse = [0];
        bool withMic = false;
        if (_credential.Hash is { } hash && _credential.UserName.Length > 0)
            (ntResponse, lmResponse, withMic) = Respond(hash, challenge, key);
        else
            flags |= NegotiateFlags.Anonymous;

        byte[] encryptedKey = [];
        if (flags.HasFlag(NegotiateFlags.KeyExchange))
        {
            Span<byte> exported = stackalloc byte[KeySize];
            _random(exported);
            encryptedKey = new byte[KeySize];
            Primitives.Rc4.TransformOnce(key, exported, encryptedKey);
            exported.CopyTo(key);
            CryptographicOperations.ZeroMemory(exported);
        }
        byte[] authenticate = new AuthenticateMessage(
            flags, lmResponse, ntResponse, _credential.DomainName, _credential.UserName, _options.Workstation,
            encryptedKey).ToArray();
        if (withMic)
        {
            byte[] mic = new byte[AuthenticateMessage.MicSize];
            ComputeMic(key, _negotiate, token.Span, authenticate, mic);
            mic.CopyTo(authenticate, AuthenticateMessage.MicOffset);
        }
        NegotiatedFlags = flags;
        Establish(key, isServer: false);
        CryptographicOperations.ZeroMemory(key);
        return new SecurityStep(NtStatus.Success, authenticate);
    }

    private (byte[] NtResponse, byte[] LmResponse, bool WithMic) Respond(
        NtlmHash hash, in ChallengeMessage challenge, Span<byte> sessionBaseKey)
    {
        var theirs = new AvPairs(challenge.TargetInfo);
        // A server that gives its time wants a MIC and no LM response.
        bool hasTimestamp = theirs.TryGet(AvId.Timestamp, out var time) && time.Length == sizeof(long);
        long timestamp = hasTimestamp
            ? BinaryPrimitives.ReadInt64LittleEndian(time.Span)
            : _time.GetUtcNow().UtcDateTime.ToFileTimeUtc();
        byte[] targetInfo = MakeTargetInfo(theirs, hasTimestamp);

        Span<byte> challengeFromClient = stackalloc byte[ChallengeMessage.ChallengeSize];
        _random(challengeFromClient);
        Span<byte> responseKey = stackalloc byte[KeySize];
        NtlmV2.ComputeResponseKey(hash, _credential.UserName, _credential.DomainName, responseKey);
        byte[] clientChallenge = NtlmV2.MakeClientChallenge(timestamp, challengeFromClient, targetInfo);
        byte[] ntResponse = [.. new byte[NtlmV2.ProofSize], .. clientChallenge];
        NtlmV2.Compute(
            responseKey, challenge.ServerChallenge.Span, clientChallenge,
            ntResponse.AsSpan(0, NtlmV2.ProofSize), sessionBaseKey);
        byte[] lmResponse = hasTimestamp
            ? new byte[LmResponseSize]
            : NtlmV2.MakeLmResponse(responseKey, challenge.ServerChallenge.Span, challengeFromClient);
        CryptographicOperations.ZeroMemory(responseKey);
        return (ntResponse, lmResponse, hasTimestamp);
    }

    private byte[] MakeTargetInfo(AvPairs theirs, bool withMic)
    {
        var pairs = theirs.ToList();
        if (withMic)
        {
            uint flags = theirs.Flags | AvPairs.MicPresent;
            pairs.RemoveAll(pair => pair.Id is AvId.Flags or AvId.ChannelBindings or AvId.TargetName);
            pairs.Add((AvId.Flags, BitConverter.GetBytes(flags)));
            pairs.Add((AvId.ChannelBindings, _options.ChannelBindings.IsEmpty ? new byte[16] : _options.ChannelBindings));
            if (_options.TargetName.Length > 0)
                pairs.Add((AvId.TargetName, Encoding.Unicode.GetBytes(_options.TargetName)));
        }
        return AvPairs.ToArray(pairs);
    }
}
