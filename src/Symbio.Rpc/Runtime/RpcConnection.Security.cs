using Symbio.Protocol;
using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>Authentication and protection by the RPC layer itself, [MS-RPCE] 3.3.1.5.2.</summary>
internal sealed partial class RpcConnection
{
    /// <summary>Protected stubs are padded to this, so that block ciphers need no padding of their own.</summary>
    private const int SealAlignment = 16;

    private readonly Lock _protectLock = new(); // Taken alone: signatures carry sequence numbers in sending order.
    private IRpcSecurityContext? _security;
    private AuthType _authType;
    private AuthLevel _authLevel = AuthLevel.None;
    private uint _authContextId;
    private bool _signHeader;
    private bool _established;

    public AuthType AuthType => _authType;

    public AuthLevel AuthLevel => _authLevel;

    private bool Protects => _authLevel >= AuthLevel.PktIntegrity;

    private RpcProtection Protection => new(Seal: _authLevel == AuthLevel.PktPrivacy, SignHeader: _signHeader);

    /// <summary>One leg of an exchange; true without a verifier. False ends the association, a bind with the reason.</summary>
    private bool TryAuthenticate(AuthVerifier? verifier, out AuthVerifier? answer, out BindNakReason reason)
    {
        answer = null;
        reason = BindNakReason.NotSpecified;
        if (verifier is not { } given)
            return true;

        if (_security is null)
        {
            if (given.Level is <= AuthLevel.None or > AuthLevel.PktPrivacy)
                return false;
            reason = BindNakReason.AuthenticationTypeNotRecognized;
            if (given.Type == AuthType.None ||
                Server.SecurityProvider?.TryCreate(given.Type, given.Level, _transportCaller, out _security) != true)
            {
                return false;
            }

            _authType = given.Type;
            _authContextId = given.ContextId;

            // [MS-RPCE] 2.2.1.1.8: a connection-oriented server treats CALL and PKT as PKT_INTEGRITY.
            _authLevel = given.Level is AuthLevel.Call or AuthLevel.Pkt ? AuthLevel.PktIntegrity : given.Level;
        }
        else if (given.Type != _authType || given.ContextId != _authContextId || _established)
        {
            return false; // No multiplexing of security contexts, and we said so.
        }

        var status = _security!.Accept(given.Token.Span, out byte[] token);
        _established = status == NtStatus.Success;
        if (!_established && status != NtStatus.MoreProcessingRequired)
            return false;
        if (token.Length > 0)
            answer = new AuthVerifier(_authType, given.Level, 0, _authContextId, token);
        return true;
    }

    /// <summary>rpc_auth_3 has no answer; when it fails, the next request does.</summary>
    private bool ReceiveAuth3(PduHeader header, AuthVerifier? verifier)
    {
        if (_security is null || verifier is null)
            return ProtocolError(header);
        if (!TryAuthenticate(verifier, out _, out _))
            _established = false;
        return true;
    }

    /// <summary>Checks a request's verifier and unseals in place.</summary>
    private bool TryUnprotect(PduHeader header, byte[] pdu, AuthVerifier? verifier)
    {
        if (_security is null)
            return verifier is null;
        if (!_established)
            return false;
        if (!Protects)
            return true;
        if (verifier is not { } given || given.Type != _authType || given.ContextId != _authContextId ||
            given.Token.Length != _security.SignatureLength)
        {
            return false;
        }

        int stub = Request.HeaderLength + ((header.Flags & PduFlags.ObjectUuid) != 0 ? 16 : 0);
        int signature = pdu.Length - given.Token.Length;
        int trailer = signature - AuthVerifier.TrailerLength;
        return stub <= trailer && _security.TryUnprotect(
            pdu.AsSpan(..signature), stub..trailer, Protection, pdu.AsSpan(signature..));
    }

    /// <summary>Cuts a stub into fragments and protects them. Only fragments but the last are multiples of 8.</summary>
    private List<byte[]> Fragment(PduHeader header, ushort contextId, ReadOnlyMemory<byte> stub)
    {
        int overhead = Response.HeaderLength;
        if (Protects)
            overhead += AuthVerifier.TrailerLength + _security!.SignatureLength;
        int room = (_maxFrag - overhead) & -SealAlignment;

        var fragments = new List<byte[]>((stub.Length / room) + 1);
        var flags = PduFlags.FirstFrag;
        do
        {
            int length = Math.Min(room, stub.Length);
            var response = new Response((uint)stub.Length, contextId, 0, stub[..length]);
            stub = stub[length..];
            if (stub.IsEmpty)
                flags |= PduFlags.LastFrag;
            fragments.Add(Protects
                ? WriteProtected(header, flags, response)
                : PduCodec.Write(PduType.Response, flags, header.CallId, response, null, header.MinorVersion));
            flags = PduFlags.None;
        }
        while (!stub.IsEmpty);
        return fragments;
    }

    private byte[] WriteProtected(PduHeader header, PduFlags flags, Response response)
    {
        int padding = -response.Stub.Length & (SealAlignment - 1);
        byte[] padded = new byte[response.Stub.Length + padding];
        response.Stub.CopyTo(padded);
        int signature = _security!.SignatureLength;
        byte[] pdu = PduCodec.Write(
            PduType.Response, flags, header.CallId, response with { Stub = padded },
            new AuthVerifier(_authType, _authLevel, 0, _authContextId, new byte[signature]), header.MinorVersion);
        int trailer = pdu.Length - signature - AuthVerifier.TrailerLength;
        pdu[trailer + 2] = (byte)padding; // auth_pad_length; the padding is ours and not the verifier's own.
        _security.Protect(
            pdu.AsSpan(..^signature), Response.HeaderLength..trailer, Protection, pdu.AsSpan(^signature..));
        return pdu;
    }
}
