using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;

namespace Nacre.Tools.SecurityKeys;

/// <summary>Signs with a key that a security key keeps, and asks the person for what that wants: a PIN, a touch.</summary>
/// <param name="key">What the key's file says; stays the caller's.</param>
/// <param name="device">Reaches the security key.</param>
/// <param name="askPin">Asks for the PIN; null from it gives up.</param>
/// <param name="begin">Tells the person of the touch; null from it where there is nobody to tell.</param>
internal sealed class SecurityKeySigner(SecurityPrivateKey key, ISecurityKeyDevice device, Func<CancellationToken, ValueTask<Password?>> askPin, Func<PublicKey, TouchNotice?> begin) : ISigner
{
    public PublicKey PublicKey => key.PublicKey;

    public async ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        bool wantsPin = (key.Flags & SecurityKeyFlags.UserVerification) != 0;
        if (!wantsPin)
        {
            try
            {
                return await SignAsync(algorithm, data, null, ct).ConfigureAwait(false);
            }
            catch (SecurityKeyException refused) when (refused.Fault == SecurityKeyFault.PinRequired)
            {
                // Some want their PIN for every key.
            }
        }

        using Password? pin = await askPin(ct).ConfigureAwait(false);
        return await SignAsync(algorithm, data, pin, ct).ConfigureAwait(false);
    }

    private async Task<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, Password? pin, CancellationToken ct)
    {
        using TouchNotice? notice = (key.Flags & SecurityKeyFlags.UserPresence) != 0 ? begin(key.PublicKey) : null;
        byte[] signature = await device.SignAsync(key, algorithm, data, pin, ct).ConfigureAwait(false);
        notice?.Confirm();
        return signature;
    }
}
