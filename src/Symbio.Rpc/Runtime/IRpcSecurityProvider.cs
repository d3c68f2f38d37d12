using System.Diagnostics.CodeAnalysis;
using Symbio.Protocol;
using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>Makes security contexts for binds that carry credentials, [MS-RPCE] 3.3.1.5.2.</summary>
public interface IRpcSecurityProvider
{
    /// <summary>False when the type or level is not served; the client gets authentication_type_not_recognized.</summary>
    bool TryCreate(AuthType type, AuthLevel level, RpcCaller caller, [NotNullWhen(true)] out IRpcSecurityContext? context);
}

/// <summary>One authentication exchange and the protection that results. Calls do not overlap.</summary>
public interface IRpcSecurityContext : IDisposable
{
    /// <summary>Who was authenticated, once <see cref="Accept"/> has succeeded.</summary>
    RpcCaller? Caller { get; }

    /// <summary>Bytes of a signature; the same for every PDU.</summary>
    int SignatureLength { get; }

    /// <summary>
    /// Takes the client's token and gives the answer. <see cref="NtStatus.MoreProcessingRequired"/> until the last
    /// one; an error ends the exchange.
    /// </summary>
    NtStatus Accept(ReadOnlySpan<byte> token, out byte[] answer);

    /// <summary>Signs, and for <see cref="AuthLevel.PktPrivacy"/> seals in place.</summary>
    /// <param name="pdu">Header to sec_trailer, all that header signing covers.</param>
    /// <param name="stub">The part of it that is sealed (and alone signed without header signing): stub and padding.</param>
    void Protect(Span<byte> pdu, Range stub, RpcProtection protection, Span<byte> signature);

    /// <summary>Unseals in place and verifies; false when the signature is wrong.</summary>
    /// <inheritdoc cref="Protect"/>
    bool TryUnprotect(Span<byte> pdu, Range stub, RpcProtection protection, ReadOnlySpan<byte> signature);
}

/// <summary>What the level and PFC_SUPPORT_HEADER_SIGN ask for.</summary>
public readonly record struct RpcProtection(bool Seal, bool SignHeader);
