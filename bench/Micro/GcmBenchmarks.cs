using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.Signing;

namespace Symbio.Bench.Micro;

/// <summary>Symbio.Security's GCM and GMAC beside the library's (docs/decisions/0009-aes-gcm.md).</summary>
public class GcmBenchmarks
{
    private readonly byte[] _nonce = new byte[12], _tag = new byte[16];
    private AesGcm _library = null!;
    private MessageSigner _signer = null!;
    private MessageEncryptor _encryptor = null!;
    private MessageDecryptor _decryptor = null!;
    private byte[] _frame = null!;

    [Params(64, 256, 4096, 65536, 1 << 20)]
    public int Size { get; set; }

    private Span<byte> Message => _frame.AsSpan(MessageEncryptor.HeaderSize);

    [GlobalSetup]
    public void Prepare()
    {
        byte[] key = RandomNumberGenerator.GetBytes(16);
        _library = new AesGcm(key, _tag.Length);
        _signer = MessageSigner.Create(SigningAlgorithm.AesGmac, key);
        _encryptor = new MessageEncryptor(EncryptionAlgorithm.Aes128Gcm, key, RandomNumberGenerator.Fill);
        _decryptor = new MessageDecryptor(EncryptionAlgorithm.Aes128Gcm, key);
        _frame = RandomNumberGenerator.GetBytes(MessageEncryptor.HeaderSize + Size);
    }

    [Benchmark]
    public void LibrarySign() => _library.Encrypt(_nonce, [], Span<byte>.Empty, _tag, Message);

    [Benchmark]
    public void Sign() => _signer.Sign(Message);

    [Benchmark]
    public void LibraryEncryptAndDecrypt()
    {
        _library.Encrypt(_nonce, Message, Message, _tag, _frame.AsSpan(0, 32));
        _library.Decrypt(_nonce, Message, _tag, Message, _frame.AsSpan(0, 32));
    }

    [Benchmark]
    public bool EncryptAndDecrypt()
    {
        _encryptor.Encrypt(_frame, 1);
        return _decryptor.TryDecrypt(_frame);
    }
}
