using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.Signing;

namespace Symbio.Bench.Micro;

/// <summary>Symbio.Security: a message signed.</summary>
public class SigningBenchmarks
{
    private MessageSigner _signer = null!;
    private byte[] _message = null!;

    [Params(SigningAlgorithm.HmacSha256, SigningAlgorithm.AesCmac, SigningAlgorithm.AesGmac)]
    public SigningAlgorithm Algorithm { get; set; }

    [Params(180, 65536, 1 << 20)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _signer = MessageSigner.Create(Algorithm, RandomNumberGenerator.GetBytes(16));
        _message = RandomNumberGenerator.GetBytes(Size);
    }

    [Benchmark]
    public void Sign() => _signer.Sign(_message);
}

/// <summary>Symbio.Security: a message encrypted in place.</summary>
public class EncryptionBenchmarks
{
    private MessageEncryptor _encryptor = null!;
    private byte[] _frame = null!;

    [Params(EncryptionAlgorithm.Aes128Gcm, EncryptionAlgorithm.Aes256Gcm, EncryptionAlgorithm.Aes128Ccm)]
    public EncryptionAlgorithm Cipher { get; set; }

    [Params(180, 65536, 1 << 20)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _encryptor = new MessageEncryptor(Cipher, RandomNumberGenerator.GetBytes(Cipher.KeySize), RandomNumberGenerator.Fill);
        _frame = RandomNumberGenerator.GetBytes(Size + MessageEncryptor.HeaderSize);
    }

    [Benchmark]
    public void Encrypt() => _encryptor.Encrypt(_frame, 1);
}
